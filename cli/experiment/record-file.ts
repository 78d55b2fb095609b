import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { RunRecord } from '../../reports/record/record.ts';
import { messageOf, ObsctlError } from '../shared/errors.ts';
import { makeFolder } from '../shared/folder.ts';
import { journalDamage } from '../shared/journal.ts';
import { writeWhole } from '../shared/write-whole.ts';
import { openRecord } from './seal.ts';

/** Where a report is written, and the record that it is written from. */
export interface RecordPlace {
  path: string;
  write(relative: string, content: string): void;
  readRecord(): RunRecord;
  /** What is wrong with the journal of the run, with the line; null: it is whole, or none lies there. */
  journalDamage(): string | null;
}

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new ObsctlError('RUN_NOT_FOUND', `There is no ${file}.`);
    throw new ObsctlError('RECORD_INVALID', `${file} cannot be read.`, { details: [messageOf(error)] });
  }
};

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/**
 * A record that lies anywhere, by its path or that of its folder, such as an artifact of another machine's run; reports go
 * beside it. Reading throws RUN_NOT_FOUND where nothing is there, RECORD_INVALID where it is no record, or was changed
 * after the run.
 */
export const recordFile = (named: string): RecordPlace => {
  const file = isFolder(named) ? join(named, 'record.json') : named;
  const path = dirname(resolve(file));
  const journal = join(path, 'events.ndjson');
  return {
    path,
    write: (relative, content) => {
      const target = join(path, relative);
      makeFolder(dirname(target));
      writeWhole(target, content);
    },
    readRecord: () => openRecord(textOf(resolve(file)), resolve(file)),
    journalDamage: () => (existsSync(journal) ? journalDamage(journal) : null),
  };
};
