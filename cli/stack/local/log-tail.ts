import { readFileSync } from 'node:fs';

/** The last lines of a log file under its name, to follow a sentence; empty where it cannot be read. */
export const logTail = (file: string): string => {
  try {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-5);
    return `\n  ${file}\n${lines.map((line) => `  | ${line.slice(0, 300)}`).join('\n')}`;
  } catch {
    return '';
  }
};
