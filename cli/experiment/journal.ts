import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { nowSeconds } from '../shared/clock.ts';
import { messageOf, ObsctlError } from '../shared/errors.ts';

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

/** The append-only journal of one run, written ahead of each action and forced to disk. */
export class Journal {
  private readonly file: number;
  private seq = 0;
  private previous = '';

  constructor(path: string) {
    this.file = openSync(path, 'ax', 0o644);
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
  const lines = readFileSync(path, 'utf8').split('\n');
  const entries: JournalEntry[] = [];
  let previous = '';
  for (const [index, line] of lines.slice(0, -1).entries()) {
    const { sum, ...entry } = parseLine(line, path, index + 1);
    previous = checksum(previous, entry);
    if (sum !== previous) throw damaged(path, index + 1, 'its checksum does not fit');
    entries.push(entry);
  }
  return entries;
};

const damaged = (path: string, line: number, why: string): ObsctlError =>
  new ObsctlError('RECORD_INVALID', `${path} is damaged.`, { details: [`line ${line}: ${why}`] });

const parseLine = (line: string, path: string, number: number): JournalEntry & { sum: string } => {
  try {
    return JSON.parse(line);
  } catch {
    throw damaged(path, number, 'it is no complete JSON');
  }
};
