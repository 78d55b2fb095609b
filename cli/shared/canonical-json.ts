import { createHash } from 'node:crypto';

/** Text is handed on in pieces of about this length, so that a long document is never one string. */
const PIECE = 64 * 1024;

class Pieces {
  #text = '';
  constructor(private readonly take: (piece: string) => void) {}

  add(text: string): void {
    this.#text += text;
    if (this.#text.length >= PIECE) this.end();
  }

  end(): void {
    this.take(this.#text);
    this.#text = '';
  }
}

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A key that JavaScript holds for the index of an array: those come first in any object, in ascending order. */
const isIndex = (key: string): boolean => /^(?:0|[1-9]\d*)$/.test(key) && Number(key) < 2 ** 32 - 1;

/** Index keys as they are, the others sorted: the order an object has whose keys were put in sorted. */
const sortedKeys = (object: object): string[] => {
  const keys = Object.keys(object);
  const indexes = keys.filter(isIndex);
  return [...indexes, ...keys.slice(indexes.length).sort(byName)];
};

const writeArray = (items: unknown[], pieces: Pieces): void => {
  pieces.add('[');
  for (let i = 0; i < items.length; i++) {
    if (i > 0) pieces.add(',');
    write(items[i] ?? null, pieces);
  }
  pieces.add(']');
};

const writeObject = (object: Record<string, unknown>, pieces: Pieces): void => {
  let separator = '{';
  for (const key of sortedKeys(object)) {
    if (object[key] === undefined) continue;
    pieces.add(`${separator}${JSON.stringify(key)}:`);
    write(object[key], pieces);
    separator = ',';
  }
  pieces.add(separator === '{' ? '{}' : '}');
};

const write = (value: unknown, pieces: Pieces): void => {
  if (Array.isArray(value)) writeArray(value, pieces);
  else if (typeof value === 'object' && value !== null) writeObject(value as Record<string, unknown>, pieces);
  else pieces.add(JSON.stringify(value) ?? 'null');
};

/** JSON with sorted keys: equal values, equal text. Plain data only: nothing with a `toJSON` of its own. */
export const canonicalJson = (value: unknown): string => {
  const all: string[] = [];
  const pieces = new Pieces((piece) => all.push(piece));
  write(value, pieces);
  pieces.end();
  return all.join('');
};

/** SHA-256, in hex, of the value's canonical JSON. */
export const canonicalDigest = (value: unknown): string => {
  const hash = createHash('sha256');
  const pieces = new Pieces((piece) => hash.update(piece));
  write(value, pieces);
  pieces.end();
  return hash.digest('hex');
};

/** JSON with each section of a document on a line of its own: a third as long as when everything is, and still told apart. */
export const sectionedJson = (document: object): string => {
  const lines = Object.entries(document)
    .filter(([, section]) => section !== undefined)
    .map(([name, section]) => `${JSON.stringify(name)}: ${JSON.stringify(section)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
};
