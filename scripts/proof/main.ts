import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { TELEMETRY_KINDS, type TelemetryKind } from '../../cli/stack/stack.ts';
import { execute, reanalyse } from '../matrix/execute.ts';
import { environmentOf, interruptible } from '../matrix/main.ts';
import { loadSeconds } from '../matrix/plan.ts';
import { isDone, readOutcomes } from '../matrix/store.ts';
import { brokenHop } from './hops.ts';
import { type Proof, type ProofTable, readme } from './markdown.ts';
import { PROOF, type ProofEntry, planOn } from './plan.ts';
import { rowNotRun, rowOfFolder } from './row.ts';

const HELP = `npm run proof -- [options]

Injects every fault into a stack of its own under load and checks each hop from the injection to the culprit; then
writes reports/samples/correlation-proof/ from the run folders. All of it takes about forty minutes on a quiet machine.

  --telemetry ${TELEMETRY_KINDS.join('|')}  which telemetry the stacks run (grafana)
  --only name,name   only these runs, by the names that --dry-run lists; the table is left as it is
  --out folder       where the run folders are kept, one folder a telemetry in it (runs/proof)
  --resume           do not run again what has left an outcome already
  --table-only       run nothing: analyse the run folders anew and write the table
  --dry-run          print what would be run
  --help             this text`;

export interface ProofOptions {
  telemetry: TelemetryKind;
  entries: ProofEntry[];
  /** Not all of the plan. */
  partial: boolean;
  out: string;
  resume: boolean;
  tableOnly: boolean;
  dryRun: boolean;
  help: boolean;
}

/** The options. Throws an Error with one plain sentence where they make no sense. */
export const parseOptions = (args: string[]): ProofOptions => {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args,
    options: {
      telemetry: { type: 'string', default: 'grafana' },
      only: { type: 'string', default: '' },
      out: { type: 'string', default: 'runs/proof' },
      resume: flag,
      'table-only': flag,
      'dry-run': flag,
      help: flag,
    },
  });
  const telemetry = TELEMETRY_KINDS.find((name) => name === values.telemetry);
  if (!telemetry)
    throw new Error(
      `--telemetry ${JSON.stringify(values.telemetry)}: it must be one of ${TELEMETRY_KINDS.join(', ')}`,
    );
  const only = values.only.split(',').filter(Boolean);
  const unknown = only.filter((name) => !PROOF.some(({ id }) => id === name));
  if (unknown.length > 0)
    throw new Error(`--only ${unknown.join(',')}: known are ${PROOF.map(({ id }) => id).join(', ')}`);
  const entries = planOn(telemetry).filter(({ id }) => only.length === 0 || only.includes(id));
  const { out, resume, help } = values;
  return {
    telemetry,
    entries,
    partial: only.length > 0,
    out,
    resume,
    help,
    tableOnly: values['table-only'],
    dryRun: values['dry-run'],
  };
};

/** What is there of one telemetry's runs, judged; what has not run is not whole. */
export const tableOf = (out: string, telemetry: TelemetryKind, entries = planOn(telemetry)): ProofTable => {
  const results = readOutcomes(out, entries);
  const environments = results.flatMap(({ record }) => (record ? [environmentOf(record)] : []));
  return {
    telemetry,
    environments: [...new Set(environments)].sort(),
    rows: entries.map((entry) => {
      const result = results.find(({ outcome }) => outcome.entry.id === entry.id);
      return result ? rowOfFolder(out, result) : rowNotRun(entry);
    }),
  };
};

const writeProof = (proof: Proof, root: string): string => {
  const target = join(root, 'reports/samples/correlation-proof');
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'README.md'), readme(proof));
  writeFileSync(join(target, 'proof.json'), `${JSON.stringify(proof, null, 2)}\n`);
  return target;
};

export interface RunOptions {
  root: string;
  /** Folder of this telemetry's runs. */
  out: string;
  telemetry: TelemetryKind;
  entries: ProofEntry[];
  signal: AbortSignal;
  log: (line: string) => void;
  /** Alert rules look back for minutes: only on a stack of its own does a fault find them quiet. */
  runsAStack?: number;
}

const neverInjected = (out: string, entries: ProofEntry[]): ProofEntry[] =>
  readOutcomes(out, entries)
    .filter((result) => !rowOfFolder(out, result).hops[0]?.ok)
    .map(({ outcome }) => outcome.entry);

/**
 * Runs the entries on that telemetry; what came of each is in its folder. A run that never got to its fault, because the
 * machine was not steady or the stack did not come up, proves nothing either way and is tried once more.
 */
export const runProof = async ({
  telemetry,
  entries,
  runsAStack = 1,
  ...options
}: RunOptions): Promise<void> => {
  const up = ['--telemetry', telemetry];
  const perform = (chosen: ProofEntry[]): Promise<void> =>
    execute({
      ...options,
      ...{ runsAStack, up },
      entries: chosen.map((entry) => ({ ...entry, flags: [...entry.flags, ...up] })),
    });
  await perform(entries);
  const again = options.signal.aborted ? [] : neverInjected(options.out, entries);
  if (again.length > 0) await perform(again);
};

const run = async (options: ProofOptions, shared: Omit<RunOptions, 'entries'>): Promise<void> => {
  const { entries, resume } = options;
  const done = entries.filter((entry) => isDone(shared.out, entry));
  if (done.length > 0 && !resume)
    throw new Error(
      `${done[0]!.id} has run already in ${shared.out}: --resume runs the others, another --out starts afresh`,
    );
  await runProof({ ...shared, entries: entries.filter((entry) => !done.includes(entry)) });
};

const judge = (tables: ProofTable[], log: (line: string) => void): number => {
  const broken = tables.flatMap(({ telemetry, rows }) =>
    rows.flatMap((row) => {
      const hop = brokenHop(row.hops);
      return hop ? [`${telemetry}, ${row.id}: broken at ${hop.name}: ${hop.text}`] : [];
    }),
  );
  for (const line of broken) log(line);
  return broken.length > 0 ? 1 : 0;
};

const perform = async (options: ProofOptions, root: string, log: (line: string) => void): Promise<number> => {
  if (options.dryRun) {
    for (const entry of options.entries)
      log(
        `${entry.id}: ${entry.faults.join(' + ')} ${entry.flags.join(' ')}, ${loadSeconds(entry)} s, ${entry.expect}`,
      );
    return 0;
  }
  const base = resolve(root, options.out);
  const signal = interruptible();
  const { telemetry } = options;
  const shared = { root, out: join(base, telemetry), telemetry, signal, log };
  if (!options.tableOnly) await run(options, shared);
  const kinds = TELEMETRY_KINDS.filter((kind) => existsSync(join(base, kind)));
  if (options.tableOnly)
    for (const kind of kinds) await reanalyse({ ...shared, out: join(base, kind), entries: PROOF });
  if (signal.aborted) {
    log('interrupted, and no table written; --resume goes on from here');
    return 130;
  }
  if (options.partial) return judge([tableOf(shared.out, telemetry, options.entries)], log);
  const tables = kinds.map((kind) => tableOf(join(base, kind), kind));
  log(`wrote ${writeProof({ tables }, root)}`);
  return judge(tables, log);
};

/** The exit code: 0 where every hop holds, 1 where one is broken or it could not be carried out, 2 for wrong options. */
export const main = async (args: string[], root: string): Promise<number> => {
  const log = (line: string) => console.log(line);
  let options: ProofOptions;
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
