import { readFileSync, statSync } from 'node:fs';
import { messageOf } from '../shared/errors.ts';

/** A token that is longer than this is none, bytes. */
const MAX_BYTES = 64 * 1024;

/** Where a bearer token is kept: a variable of the environment, or a file. */
export interface TokenPlace {
  variable?: string;
  file?: string;
}

const printable = (text: string): boolean => /^[\x20-\x7e]+$/.test(text);

const textOf = (file: string): string => {
  const stat = statSync(file);
  if (!stat.isFile()) throw new Error(`${file} is no file`);
  if (stat.size > MAX_BYTES) throw new Error(`${file} is longer than ${MAX_BYTES} bytes`);
  return readFileSync(file, 'utf8').trim();
};

const fromFile = (file: string, whose: string, problems: string[]): string => {
  try {
    const text = textOf(file);
    if (text === '') problems.push(`${whose}: ${file} is empty`);
    return text;
  } catch (error) {
    problems.push(`${whose}: ${messageOf(error)}`);
    return '';
  }
};

const fromVariable = (
  variable: string,
  whose: string,
  env: NodeJS.ProcessEnv,
  problems: string[],
): string => {
  const text = env[variable]?.trim() ?? '';
  if (text === '') problems.push(`${whose}: the environment variable ${variable} is not set`);
  return text;
};

/**
 * The bearer token that is kept there; empty, with the reason among the problems, where there is none. `whose`: how the
 * reason begins. No part of a token is ever shown.
 */
export const tokenAt = (
  { variable, file = '' }: TokenPlace,
  whose: string,
  problems: string[],
  env = process.env,
): string => {
  const token =
    variable === undefined ? fromFile(file, whose, problems) : fromVariable(variable, whose, env, problems);
  if (token === '' || printable(token)) return token;
  problems.push(`${whose}: the token has a line end or another character that no header may hold`);
  return '';
};
