import { ObsctlError } from './errors.ts';

const UNITS: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** `60s`, `1m30s`, `500ms`, or a bare number of seconds, as seconds. Throws USAGE naming the flag. */
export const parseDuration = (text: string, flag: string): number => {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    const why = 'is no duration; write it as 60s, 1m30s or 500ms, a bare number means seconds';
    throw new ObsctlError('USAGE', `${flag} ${JSON.stringify(text)} ${why}.`);
  }
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * UNITS[unit!]!, 0);
};

/** Seconds as a person writes them: `90 s`, `1.5 s`, `250 ms`. */
export const formatSeconds = (seconds: number): string => {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
};
