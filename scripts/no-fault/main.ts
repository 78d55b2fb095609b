import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readSlos } from '../../cli/objectives/find-slo.ts';
import { TELEMETRY_KINDS, type TelemetryKind } from '../../cli/stack/stack.ts';
import {
  type CampaignContext,
  type CampaignOptions,
  checkOnly,
  mainOf,
  parseCampaign,
  toRun,
} from '../campaign/command-line.ts';
import { loadSeconds } from '../campaign/entry.ts';
import { execute, reanalyse } from '../campaign/execute.ts';
import { environmentsOf, writeSample } from '../campaign/sample.ts';
import { folderOf, isDone, readOutcomes, runFolderOf } from '../campaign/store.ts';
import { toldOf } from './alarm.ts';
import { readMachine, watchMachine } from './machine.ts';
import { readme } from './markdown.ts';
import { type CalmEntry, planOf } from './plan.ts';
import { rowsOf } from './row.ts';
import { type CalmTable, linesOf, tableOf } from './table.ts';

const RUNS = 30;
/** More than anybody runs: the table is of whatever is there. */
const MOST_RUNS = 9999;
/** What each run is held against; shipped. */
const OBJECTIVES = ['shop'];

const HELP = `npm run no-fault -- [options]

Runs without a fault, one after the other on one stack of their own, and says how many alarmed all the same; then writes
reports/samples/no-fault/ from the run folders. ${RUNS} runs take about 25 minutes on a quiet machine.

  --runs n           how many (${RUNS})
  --telemetry ${TELEMETRY_KINDS.join('|')}  which telemetry the stack runs (embedded)
  --only name,name   only these runs, by the names that --dry-run lists; the page is left as it is
  --out folder       where the run folders are kept, one folder a telemetry in it (runs/no-fault)
  --resume           do not run again what has left a record already
  --table-only       run nothing: analyse the run folders anew and write the page
  --dry-run          print what would be run
  --help             this text`;

export interface NoFaultOptions extends CampaignOptions {
  telemetry: TelemetryKind;
  entries: CalmEntry[];
}

/** The options. Throws an Error with one plain sentence where they make no sense. */
export const parseOptions = (args: string[]): NoFaultOptions => {
  const choice = { name: 'telemetry', values: TELEMETRY_KINDS, default: 'embedded' as TelemetryKind };
  const {
    choice: telemetry,
    counts: { runs },
    ...options
  } = parseCampaign(args, 'runs/no-fault', choice, { runs: RUNS });
  const plan = planOf(runs);
  const ids = plan.map(({ id }) => id);
  checkOnly(options.only, (name) => ids.includes(name), ids.join(', '));
  const asked = ({ id }: CalmEntry) => options.only.length === 0 || options.only.includes(id);
  return { ...options, telemetry, entries: plan.filter(asked) };
};

const machineFile = (out: string): string => join(out, 'machine.ndjson');

/** What is there of the entries on one telemetry, summed up; same run folders, same bytes. */
export const readTable = (out: string, telemetry: TelemetryKind, entries = planOf(MOST_RUNS)): CalmTable => {
  const results = readOutcomes(out, entries);
  const rows = rowsOf(results, readMachine(machineFile(out)), readSlos(OBJECTIVES));
  return tableOf(telemetry, environmentsOf(results), rows);
};

const runAll = async (
  { telemetry, entries, resume }: NoFaultOptions,
  context: CampaignContext,
): Promise<void> => {
  const { out } = context;
  const up = ['--telemetry', telemetry];
  // What left no record says nothing, and may be run again; whatever has one stays as it is.
  const done = (entry: CalmEntry) => isDone(out, entry) && (!resume || runFolderOf(out, entry) !== null);
  const left = toRun(entries, { resume, isDone: done, nameOf: (entry) => folderOf(out, entry) });
  const stop = watchMachine(machineFile(out));
  try {
    await execute({
      ...context,
      ...{ up, told: toldOf, runsAStack: Number.POSITIVE_INFINITY },
      entries: left.map((entry) => ({ ...entry, flags: [...entry.flags, ...up] })),
    });
  } finally {
    stop();
  }
};

const perform = async (options: NoFaultOptions, context: CampaignContext): Promise<number> => {
  const { telemetry, entries, only, tableOnly } = options;
  const { root, signal, log } = context;
  const folderOn = (kind: TelemetryKind): string => join(context.out, kind);
  const kinds = () => TELEMETRY_KINDS.filter((kind) => existsSync(folderOn(kind)));
  if (tableOnly)
    for (const kind of kinds())
      await reanalyse({ ...context, out: folderOn(kind), entries: planOf(MOST_RUNS) });
  else await runAll(options, { ...context, out: folderOn(telemetry) });
  if (signal.aborted) return 1;
  const chosen = only.length > 0;
  const tables = chosen
    ? [readTable(folderOn(telemetry), telemetry, entries)]
    : kinds().map((kind) => readTable(folderOn(kind), kind));
  for (const line of tables.flatMap(linesOf)) log(line);
  if (!chosen) {
    const json = { file: 'no-fault.json', value: { tables } };
    log(`wrote ${writeSample(root, 'no-fault', { readme: readme({ tables }), json })}`);
  }
  return 0;
};

const planLine = (entry: CalmEntry): string =>
  `${entry.id}: ${entry.flags.join(' ')}, seed ${entry.seed}, ${loadSeconds(entry)} s`;

export const main = mainOf<NoFaultOptions>({
  help: HELP,
  parse: parseOptions,
  plan: ({ entries }) => entries.map(planLine),
  perform,
});
