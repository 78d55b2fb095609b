import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { RunRecord } from '../../reports/record/record.ts';
import { type ExecuteOptions, execute, reanalyse } from './execute.ts';
import { type Matrix, readme } from './markdown.ts';
import { type Choice, chosen, type Entry, loadSeconds, PLAN } from './plan.ts';
import { type Outcome, rowOf } from './row.ts';
import { folderOf, isDone, readOutcomes, runFolderOf } from './store.ts';
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

const HALVES = ['tuning', 'unseen', 'all'] as const;

export interface Options extends Choice {
  out: string;
  resume: boolean;
  tableOnly: boolean;
  dryRun: boolean;
  help: boolean;
}

/** The options. Throws an Error with one plain sentence where they make no sense. */
export const parseOptions = (args: string[]): Options => {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args,
    options: {
      half: { type: 'string', default: 'all' },
      only: { type: 'string', default: '' },
      out: { type: 'string', default: 'runs/matrix' },
      resume: flag,
      'table-only': flag,
      'dry-run': flag,
      help: flag,
    },
  });
  const half = HALVES.find((name) => name === values.half);
  if (!half) throw new Error(`--half ${JSON.stringify(values.half)}: it must be one of ${HALVES.join(', ')}`);
  const only = values.only.split(',').filter(Boolean);
  const known = ['none', ...new Set(PLAN.flatMap(({ faults }) => faults))];
  const ids = PLAN.map(({ id }) => id);
  const unknown = only.filter((name) => !known.includes(name) && !ids.includes(name));
  if (unknown.length > 0)
    throw new Error(`--only ${unknown.join(',')}: known are ${known.join(', ')}, and what --dry-run lists`);
  const { out, resume, help } = values;
  return { half, only, out, resume, help, tableOnly: values['table-only'], dryRun: values['dry-run'] };
};

/** Versions and machine of a run, on one line. */
export const environmentOf = ({ environment: e }: RunRecord): string =>
  `obsctl ${e.obsctl}, Node ${e.node}, k6 ${e.k6}, ${e.platform}, ${e.cpus} CPUs, stack ${e.stack}, telemetry ${e.telemetry}, cache ${e.cache}`;

/** The whole matrix, from what the runs left; same runs, same bytes. */
export const matrixOf = (results: { outcome: Outcome; record: RunRecord | null }[]): Matrix => {
  const rows = results.map(({ outcome, record }) => rowOf(outcome, record));
  const environments = results.flatMap(({ record }) => (record ? [environmentOf(record)] : []));
  return {
    environments: [...new Set(environments)].sort(),
    tables: (['unseen', 'tuning'] as const).map((half) => tableOf(rows, half)),
    rows,
  };
};

const writeTable = (out: string, root: string): string => {
  const matrix = matrixOf(readOutcomes(out, PLAN));
  const target = join(root, 'reports/samples/confusion-matrix');
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'README.md'), readme(matrix));
  writeFileSync(join(target, 'matrix.json'), `${JSON.stringify(matrix, null, 2)}\n`);
  return target;
};

const toRun = ({ resume }: Options, entries: Entry[], out: string): Entry[] => {
  // What left no record says nothing, and may be run again; whatever has one stays as it is.
  const done = entries.filter((entry) => isDone(out, entry) && (!resume || runFolderOf(out, entry) !== null));
  if (done.length > 0 && !resume)
    throw new Error(
      `${folderOf(out, done[0]!)} has run already: --resume runs the others, another --out starts afresh`,
    );
  return entries.filter((entry) => !done.includes(entry));
};

/** Aborted by the first Ctrl-C. */
export const interruptible = (): AbortSignal => {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  process.once('SIGTERM', () => controller.abort());
  return controller.signal;
};

const perform = async (options: Options, root: string, log: (line: string) => void): Promise<number> => {
  const out = resolve(root, options.out);
  const entries = chosen(options);
  if (options.dryRun) {
    for (const entry of entries)
      log(
        `${entry.id}: ${entry.faults.join(' + ') || 'none'} ${entry.flags.join(' ')}, ${loadSeconds(entry)} s`,
      );
    return 0;
  }
  const signal = interruptible();
  const shared: Omit<ExecuteOptions, 'entries'> = { root, out, signal, log };
  if (!options.tableOnly) await execute({ ...shared, entries: toRun(options, entries, out) });
  if (options.tableOnly) await reanalyse({ ...shared, entries: PLAN });
  if (signal.aborted) {
    log('interrupted, and no table written; --resume goes on from here');
    return 130;
  }
  log(`wrote ${writeTable(out, root)}`);
  return 0;
};

/** The exit code: 0, 2 for wrong options, 1 where it could not be carried out. */
export const main = async (args: string[], root: string): Promise<number> => {
  const log = (line: string) => console.log(line);
  let options: Options;
  try {
    options = parseOptions(args);
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  if (options.help) {
    log(HELP);
    return 0;
  }
  try {
    return await perform(options, root, log);
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
};
