import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunRecord, runRecordSchema } from '../../reports/record/record.ts';
import type { Outcome, RunEntry } from './entry.ts';

/** Where an entry's run folder and its outcome are kept: `<out>/<entry id>/`. */
export const folderOf = (out: string, { id }: RunEntry): string => join(out, id);

const outcomeFile = (out: string, entry: RunEntry): string => join(folderOf(out, entry), 'outcome.json');

/** The entry's run folder: the newest with a record; null where there is none. */
export const runFolderOf = (out: string, entry: RunEntry): string | null => {
  const folder = folderOf(out, entry);
  if (!existsSync(folder)) return null;
  const runs = readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'record.json')))
    .sort();
  return runs.length > 0 ? join(folder, runs.at(-1)!) : null;
};

export const isDone = (out: string, entry: RunEntry): boolean => existsSync(outcomeFile(out, entry));

export const writeOutcome = (out: string, outcome: Outcome): void => {
  mkdirSync(folderOf(out, outcome.entry), { recursive: true });
  writeFileSync(outcomeFile(out, outcome.entry), `${JSON.stringify(outcome, null, 2)}\n`);
};

/** The record of a run; null where it has none, or one that cannot be read. */
export const readRecord = (folder: string | null): RunRecord | null => {
  if (!folder) return null;
  try {
    return runRecordSchema.parse(JSON.parse(readFileSync(join(folder, 'record.json'), 'utf8')));
  } catch {
    return null;
  }
};

/** What is there of these entries, in their order. */
export const readOutcomes = <E extends RunEntry>(
  out: string,
  entries: E[],
): { outcome: Outcome<E>; record: RunRecord | null }[] =>
  entries
    .filter((entry) => isDone(out, entry))
    .map((entry) => ({
      outcome: {
        ...(JSON.parse(readFileSync(outcomeFile(out, entry), 'utf8')) as Outcome<E>),
        entry,
      },
      record: readRecord(runFolderOf(out, entry)),
    }));
