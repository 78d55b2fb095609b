import { clean } from '../text.ts';

/** Markup that is safe to put into a page as it stands. Only `html` and `trusted` make it. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

export type Content = string | number | Html | null | undefined | false | Content[];

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** The text with every character that HTML could take for its own as an entity; for elements and quoted attributes. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);

/** Longest text that one place of a page shows. */
const LONGEST = 4000;

/** `clean` trims; a space at either end may part two words or two classes. */
const spaced = (text: string): string =>
  `${/^\s/.test(text) ? ' ' : ''}${escapeHtml(clean(text, LONGEST))}${/\S\s+$/.test(text) ? ' ' : ''}`;

const toText = (content: Content): string => {
  if (content === null || content === undefined || content === false) return '';
  if (content instanceof Html) return content.text;
  if (Array.isArray(content)) return content.map(toText).join('');
  return spaced(String(content));
};

/**
 * Markup from a template. What is put in is escaped, without control and hidden characters and without secrets, unless it
 * is `Html` itself; lists are joined, and nothing stands for null, undefined and false.
 */
export const html = (parts: TemplateStringsArray, ...values: Content[]): Html =>
  new Html(parts.map((part, i) => (i === 0 ? part : toText(values[i - 1]) + part)).join(''));

/** For text that a program of ours wrote as markup: a drawing, a style sheet, a script. Never for telemetry. */
export const trusted = (text: string): Html => new Html(text);
