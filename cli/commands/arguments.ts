import { ObsctlError } from '../shared/errors.ts';

const refuse = (flag: string, text: string, wanted: string): never => {
  throw new ObsctlError('USAGE', `${flag} ${JSON.stringify(text)} is not valid.`, {
    details: [`it must be ${wanted}`],
  });
};

/** A whole number from `least` to `most`. */
export const count =
  (flag: string, least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    const fits = /^\d+$/.test(text) && value >= least && value <= most;
    return fits ? value : refuse(flag, text, `a whole number from ${least} to ${most}`);
  };

/** One of a few words. */
export const oneOf =
  <Word extends string>(flag: string, words: readonly Word[]) =>
  (text: string): Word =>
    words.find((word) => word === text) ?? refuse(flag, text, `one of ${words.join(', ')}`);

/** A number from 0 to 1. */
export const ratio =
  (flag: string) =>
  (text: string): number => {
    const value = Number(text);
    return text.trim() !== '' && value >= 0 && value <= 1
      ? value
      : refuse(flag, text, 'a number from 0 to 1');
  };

/** A number where the text is one, else the text itself: the schema then says what is wrong with it. */
export const loose = (text: string): number | string =>
  text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;

/** Collects a repeatable `key=value` option. */
export const keyValue =
  (flag: string) =>
  (text: string, before: Record<string, number | string> = {}): Record<string, number | string> => {
    const at = text.indexOf('=');
    if (at < 1) return refuse(flag, text, 'key=value');
    return { ...before, [text.slice(0, at)]: loose(text.slice(at + 1)) };
  };
