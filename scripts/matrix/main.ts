import type { RunRecord } from '../../reports/record/record.ts';
import {
  type CampaignContext,
  type CampaignOptions,
  checkOnly,
  mainOf,
  parseCampaign,
  toRun,
} from '../campaign/command-line.ts';
import { loadSeconds, type Outcome } from '../campaign/entry.ts';
import { execute, reanalyse } from '../campaign/execute.ts';
import { environmentsOf, writeSample } from '../campaign/sample.ts';
import { folderOf, isDone, readOutcomes, runFolderOf } from '../campaign/store.ts';
import { type Matrix, readme } from './markdown.ts';
import { type Choice, chosen, type Entry, PLAN } from './plan.ts';
import { rowOf } from './row.ts';
import { tableOf } from './table.ts';

const HELP = `npm run matrix -- [options]

Runs every fault with several seeds and parameters, and runs without any, against one stack of its own; then writes
reports/samples/confusion-matrix/ from the run folders. All of it takes about two hours on a quiet machine.

  --half tuning|unseen|all   which seeds to run (all)
  --only fault,fault         only these faults, or runs by the names that --dry-run lists; "none" stands for runs
                             without a fault
  --out folder               where the run folders are kept (runs/matrix)
  --resume                   do not run again what has left a record already
  --table-only               run nothing: analyse the run folders anew and write the table
  --dry-run                  print what would be run
  --help                     this text`;

export interface Options extends CampaignOptions, Choice {}

/** The options. Throws an Error with one plain sentence where they make no sense. */
export const parseOptions = (args: string[]): Options => {
  const { choice: half, ...options } = parseCampaign(args, 'runs/matrix', {
    name: 'half',
    values: ['tuning', 'unseen', 'all'] as const,
    default: 'all',
  });
  const faults = ['none', ...new Set(PLAN.flatMap((entry) => entry.faults))];
  checkOnly(
    options.only,
    (name) => faults.includes(name) || PLAN.some(({ id }) => id === name),
    `${faults.join(', ')}, and what --dry-run lists`,
  );
  return { ...options, half };
};

/** The whole matrix, from what the runs left; same runs, same bytes. */
export const matrixOf = (results: { outcome: Outcome<Entry>; record: RunRecord | null }[]): Matrix => {
  const rows = results.map(({ outcome, record }) => rowOf(outcome, record));
  return {
    environments: environmentsOf(results),
    tables: (['unseen', 'tuning'] as const).map((half) => tableOf(rows, half)),
    rows,
  };
};

const writeTable = (out: string, root: string): string => {
  const matrix = matrixOf(readOutcomes(out, PLAN));
  return writeSample(root, 'confusion-matrix', {
    readme: readme(matrix),
    json: { file: 'matrix.json', value: matrix },
  });
};

const perform = async (options: Options, context: CampaignContext): Promise<number> => {
  const { out, root, signal, log } = context;
  const { resume, tableOnly } = options;
  // What left no record says nothing, and may be run again; whatever has one stays as it is.
  const done = (entry: Entry) => isDone(out, entry) && (!resume || runFolderOf(out, entry) !== null);
  if (tableOnly) await reanalyse({ ...context, entries: PLAN });
  else {
    const nameOf = (entry: Entry) => folderOf(out, entry);
    await execute({ ...context, entries: toRun(chosen(options), { resume, isDone: done, nameOf }) });
  }
  if (!signal.aborted) log(`wrote ${writeTable(out, root)}`);
  return 0;
};

const planLine = (entry: Entry): string =>
  `${entry.id}: ${entry.faults.join(' + ') || 'none'} ${entry.flags.join(' ')}, ${loadSeconds(entry)} s`;

export const main = mainOf<Options>({
  help: HELP,
  parse: parseOptions,
  plan: (options) => chosen(options).map(planLine),
  perform,
});
