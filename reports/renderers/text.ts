import { redact } from './redact.ts';

/** What telemetry says is hostile: nothing of it reaches a report but through these functions. */

const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
/** Control characters, and those that reorder or hide text. */
const INVISIBLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+/g;

const MAX_LENGTH = 400;

/** One line without escape sequences, control or hidden characters and secrets, cut to `length` characters. */
export const clean = (text: string, length = MAX_LENGTH): string => {
  const line = redact(text.replace(ANSI, '')).replace(INVISIBLE, ' ').trim();
  const characters = Array.from(line);
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : line;
};

/** Running text: every character that Markdown or HTML could take for its own is escaped, mentions broken. */
export const plain = (text: string): string =>
  clean(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_[\]#|~!]/g, '\\$&')
    .replace(/@/g, '&#64;')
    .replace(/(https?|ftp|www)(?=[:.])/gi, '$1&#8203;');

/** A code span that ends where it should, whatever backticks the text holds. `|` is escaped for tables. */
export const code = (text: string, { table = false } = {}): string => {
  const line = clean(text) || ' ';
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map(({ length }) => length));
  const mark = '`'.repeat(longest + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  const body = table ? line.replace(/\\(?=\|)/g, '').replace(/\|/g, '\\|') : line;
  return `${mark}${pad}${body}${pad}${mark}`;
};

/** A code block whose fence is longer than any run of backticks in it. Lines must be clean already. */
export const fence = (lines: string[], language = 'text'): string => {
  const longest = Math.max(2, ...(lines.join('\n').match(/`+/g) ?? []).map(({ length }) => length));
  const mark = '`'.repeat(longest + 1);
  return [`${mark}${language}`, ...lines, mark].join('\n');
};

/** A table; cells are Markdown already. Numbers are set right by a header that ends in `:`. */
export const table = (headers: string[], rows: string[][]): string =>
  [
    `| ${headers.map((h) => h.replace(/:$/, '')).join(' | ')} |`,
    `|${headers.map((h) => (h.endsWith(':') ? '---:' : '---')).join('|')}|`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');

/** Sections or paragraphs with an empty line between; empty ones fall out. */
export const paragraphs = (...parts: (string | null)[]): string => parts.filter(Boolean).join('\n\n');

/** Running text in which `backticked` parts stay code; everything else is escaped. */
export const prose = (text: string, options: { table?: boolean } = {}): string =>
  text
    .split(/`([^`\n]+)`/)
    .map((part, i) => {
      if (i % 2 === 1) return code(part, options);
      // `clean` trims, and the spaces next to a code span must stay.
      const [, before = '', middle = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(part) ?? [];
      return `${before && ' '}${plain(middle)}${after && ' '}`;
    })
    .join('');
