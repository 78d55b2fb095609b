import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { nowSeconds } from './clock.ts';
import { messageOf, ObsctlError } from './errors.ts';

export interface JournalEntry {
  seq: number;
  /** Unix seconds. */
  time: number;
  type: string;
  data: Record<string, unknown>;
}

/** Each line's checksum covers the one before it: a line that is missing or changed breaks the chain. */
const checksum = (previous: string, entry: JournalEntry): string =>
  createHash('sha256').update(previous).update(JSON.stringify(entry)).digest('hex').slice(0, 16);

/** An append-only journal, written ahead of each action and forced to disk. */
export class Journal {
  private readonly file: number;
  private seq = 0;
  private previous = '';

  constructor(path: string, mode = 0o644) {
    this.file = openSync(path, 'ax', mode);
  }

  append(type: string, data: Record<string, unknown> = {}): JournalEntry {
    const entry = { seq: this.seq++, time: nowSeconds(), type, data };
    this.previous = checksum(this.previous, entry);
    writeSync(this.file, `${JSON.stringify({ ...entry, sum: this.previous })}\n`);
    fsyncSync(this.file);
    return entry;
  }

  /** As append, for the undo: putting right comes before writing down. Returns why it could not be written, or null. */
  appendIfPossible(type: string, data: Record<string, unknown> = {}): string | null {
    try {
      this.append(type, data);
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  close(): void {
    closeSync(this.file);
  }
}

/** Reads a journal; a torn last line is left out. Throws RECORD_INVALID naming the first line that does not fit. */
export const readJournal = (path: string): JournalEntry[] => {
  const { entries, damage } = readEntries(path);
  if (damage) throw damage;
  return entries;
};

export interface ReadJournal {
  /** Before the first line that does not fit. */
  entries: JournalEntry[];
  /** What is wrong with that line; null where all fit. */
  damage: ObsctlError | null;
  /** What stands after it and looks like an entry. Nothing vouches for it. */
  beyond: JournalEntry[];
}

const looseEntry = (line: string): JournalEntry[] => {
  try {
    const entry = JSON.parse(line) as JournalEntry | null;
    return typeof entry?.type === 'string' ? [entry] : [];
  } catch {
    return [];
  }
};

/** Reads as far as the chain holds, and says where it does not. A torn last line is left out. */
export const readEntries = (path: string): ReadJournal => {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const entries: JournalEntry[] = [];
  let previous = '';
  for (const [index, line] of lines.entries()) {
    const read = readLine(line, previous);
    if (typeof read === 'string') {
      const beyond = lines.slice(index).flatMap(looseEntry);
      return { entries, damage: damaged(path, index + 1, read), beyond };
    }
    previous = read.sum;
    entries.push(read.entry);
  }
  return { entries, damage: null, beyond: [] };
};

/** What is wrong with the journal at that path, with the line; null: it is whole. */
export const journalDamage = (path: string): string | null => {
  try {
    const { damage } = readEntries(path);
    return damage && [damage.message, ...damage.details].join(' ');
  } catch (error) {
    return messageOf(error);
  }
};

const damaged = (path: string, line: number, why: string): ObsctlError =>
  new ObsctlError('RECORD_INVALID', `${path} is damaged.`, { details: [`line ${line}: ${why}`] });

/** The entry of a line and its checksum, or what is wrong with it. */
const readLine = (line: string, previous: string): { entry: JournalEntry; sum: string } | string => {
  try {
    const { sum, ...entry } = JSON.parse(line) as JournalEntry & { sum: string };
    return sum === checksum(previous, entry) ? { entry, sum } : 'its checksum does not fit';
  } catch {
    return 'it is no complete JSON';
  }
};
