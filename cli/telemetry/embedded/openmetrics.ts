/**
 * Parser of the Prometheus text format 0.0.4 and of OpenMetrics 1.0 with exemplars. Sources: prometheus.io/docs
 * "Exposition formats" and the OpenMetrics 1.0 specification (sections "Text format" and "Exemplars").
 */

export interface ParsedExemplar {
  labels: Record<string, string>;
  value: number;
  /** Unix seconds; null where the text has none. */
  timestamp: number | null;
}

export interface ParsedSample {
  name: string;
  labels: Record<string, string>;
  /** Name and labels as they stand in the text: names the series within one target. */
  key: string;
  value: number;
  exemplar: ParsedExemplar | null;
}

export interface Exposition {
  samples: ParsedSample[];
  /** Type by metric family: counter, gauge, histogram, summary, ... */
  types: Map<string, string>;
  /** Lines that could not be read; the rest stands. */
  malformed: number;
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const SPACE = /[ \t]*/y;
const TOKEN = /[^ \t#{}]+/y;
const ESCAPED: Record<string, string> = { n: '\n', '\\': '\\', '"': '"' };

/** A place in one line. */
interface Cursor {
  text: string;
  at: number;
}

class Malformed extends Error {}

const match = (cursor: Cursor, pattern: RegExp): string => {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text);
  if (!found) throw new Malformed();
  cursor.at = pattern.lastIndex;
  return found[0];
};

const accept = (cursor: Cursor, character: string): boolean => {
  match(cursor, SPACE);
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at += 1;
  return true;
};

const expect = (cursor: Cursor, character: string): void => {
  if (!accept(cursor, character)) throw new Malformed();
};

const quoted = (cursor: Cursor): string => {
  expect(cursor, '"');
  let value = '';
  for (;;) {
    const character = cursor.text[cursor.at++];
    if (character === undefined) throw new Malformed();
    if (character === '"') return value;
    if (character !== '\\') value += character;
    else {
      const next = cursor.text[cursor.at++] ?? '';
      value += ESCAPED[next] ?? `\\${next}`;
    }
  }
};

const labelsAt = (cursor: Cursor): Record<string, string> => {
  const labels: Record<string, string> = {};
  while (!accept(cursor, '}')) {
    match(cursor, SPACE);
    const name = match(cursor, LABEL_NAME);
    expect(cursor, '=');
    labels[name] = quoted(cursor);
    if (!accept(cursor, ',')) {
      expect(cursor, '}');
      return labels;
    }
  }
  return labels;
};

/** A value of the formats; both write NaN and Inf in any case. */
export const parseValue = (text: string): number => {
  const lower = text.toLowerCase();
  if (lower === 'nan') return Number.NaN;
  if (/^[+-]?inf(inity)?$/.test(lower))
    return lower.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(lower)) throw new Malformed();
  return Number(lower);
};

const numberAt = (cursor: Cursor): number => {
  match(cursor, SPACE);
  return parseValue(match(cursor, TOKEN));
};

/** The optional number at the cursor: a timestamp. */
const optionalNumberAt = (cursor: Cursor): number | null => {
  match(cursor, SPACE);
  const rest = cursor.text[cursor.at];
  return rest === undefined || rest === '#' ? null : numberAt(cursor);
};

const exemplarAt = (cursor: Cursor): ParsedExemplar | null => {
  if (!accept(cursor, '#')) return null;
  expect(cursor, '{');
  return { labels: labelsAt(cursor), value: numberAt(cursor), timestamp: optionalNumberAt(cursor) };
};

const parseSample = (text: string): ParsedSample => {
  const cursor = { text, at: 0 };
  const name = match(cursor, NAME);
  const labels = accept(cursor, '{') ? labelsAt(cursor) : {};
  const key = text.slice(0, cursor.at).trimEnd();
  const value = numberAt(cursor);
  optionalNumberAt(cursor);
  const exemplar = exemplarAt(cursor);
  match(cursor, SPACE);
  if (cursor.at < text.length) throw new Malformed();
  return { name, labels, key, value, exemplar };
};

const parseComment = (line: string, types: Map<string, string>): void => {
  const [, keyword, name, type] = line.split(/[ \t]+/);
  if (keyword === 'TYPE' && name && type) types.set(name, type);
};

/** Reads a scrape. Never throws: a line that is no sample is counted and left out. */
export const parseExposition = (text: string): Exposition => {
  const exposition: Exposition = { samples: [], types: new Map(), malformed: 0 };
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '') continue;
    if (line.startsWith('#')) {
      parseComment(line, exposition.types);
      continue;
    }
    try {
      exposition.samples.push(parseSample(line));
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      exposition.malformed += 1;
    }
  }
  return exposition;
};

const SUFFIX = /_(bucket|count|sum|total|created)$/;

/** The family of a sample: its own name where that is typed, else its name without the suffix. */
export const familyOf = (name: string, types: Map<string, string>): string => {
  if (types.has(name)) return name;
  const base = name.replace(SUFFIX, '');
  return types.has(base) ? base : name;
};

/** Whether a sample only ever grows while its process lives. */
export const isCumulative = (name: string, types: Map<string, string>): boolean => {
  const suffix = SUFFIX.exec(name)?.[1];
  if (suffix === 'created') return false;
  const type = types.get(familyOf(name, types)) ?? 'unknown';
  if (type === 'counter' || type === 'histogram') return true;
  return (type === 'summary' || type === 'unknown' || type === 'untyped') && suffix !== undefined;
};
