import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { RunRecord } from '../../reports/record/record.ts';
import { sectionedJson } from '../shared/canonical-json.ts';
import { ObsctlError } from '../shared/errors.ts';
import { makeFolder } from '../shared/folder.ts';
import { journalDamage } from '../shared/journal.ts';
import { nearest } from '../shared/nearest.ts';
import { writeWhole } from '../shared/write-whole.ts';
import { openRecord } from './seal.ts';

/** Sorts by time, and is a valid folder name everywhere: `20261122-140501-3fa2`. */
export const newRunId = (now = new Date()): string => {
  const [date, time] = now.toISOString().split(/[T.]/);
  return `${date!.replaceAll('-', '')}-${time!.replaceAll(':', '')}-${randomBytes(2).toString('hex')}`;
};

/** The folder of one run and what lies where in it. */
export class RunFolder {
  readonly path: string;

  constructor(
    out: string,
    readonly runId: string,
  ) {
    this.path = resolve(out, runId);
  }

  get journal() {
    return join(this.path, 'events.ndjson');
  }
  get record() {
    return join(this.path, 'record.json');
  }
  get truth() {
    return join(this.path, 'truth.json');
  }
  get load() {
    return join(this.path, 'load');
  }
  get report() {
    return join(this.path, 'report.md');
  }

  create(): void {
    makeFolder(this.load);
  }

  /** Whole or not at all: a reader never meets half a file. */
  write(relative: string, content: string): void {
    const target = join(this.path, relative);
    makeFolder(dirname(target));
    writeWhole(target, content);
  }

  writeJson(relative: string, value: object): void {
    this.write(relative, sectionedJson(value));
  }

  /** What is wrong with its journal, with the line; null: it is whole, or the record came without it. */
  journalDamage(): string | null {
    return existsSync(this.journal) ? journalDamage(this.journal) : null;
  }

  readRecord(): RunRecord {
    if (!existsSync(this.record)) {
      throw new ObsctlError('RECORD_INVALID', `${this.record} is not there.`, {
        details: ['the run was cut short before it began; events.ndjson says how far it got'],
      });
    }
    return openRecord(readFileSync(this.record, 'utf8'), this.record);
  }
}

/** A run that goes on has its journal; one that came from elsewhere may have its record alone. */
const isRun = (folder: string): boolean =>
  ['events.ndjson', 'record.json'].some((file) => existsSync(join(folder, file)));

/** Run ids under `out`, newest first. */
export const listRunIds = (out: string): string[] =>
  existsSync(out)
    ? readdirSync(out, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && isRun(join(out, entry.name)))
        .map((entry) => entry.name)
        .sort()
        .reverse()
    : [];

/** The run of that id (`latest` or none: the newest). Throws RUN_NOT_FOUND with the nearest ids. */
export const findRun = (out: string, runId = 'latest'): RunFolder => {
  const ids = listRunIds(out);
  const id = runId === 'latest' ? ids[0] : ids.find((known) => known === runId);
  if (id) return new RunFolder(out, id);
  const message =
    ids.length === 0
      ? `There is no run in ${resolve(out)} yet.`
      : `There is no run "${runId}" in ${resolve(out)}.`;
  throw new ObsctlError('RUN_NOT_FOUND', message, {
    details: ids.length ? [`nearest: ${nearest(runId, ids).join(', ')}`] : [],
  });
};
