import { existsSync } from 'node:fs';
import { join } from 'node:path';
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
import { folderOf, isDone, readOutcomes } from '../campaign/store.ts';
import { brokenHop } from './hops.ts';
import { type ProofTable, readme } from './markdown.ts';
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

export interface ProofOptions extends CampaignOptions {
  telemetry: TelemetryKind;
  entries: ProofEntry[];
}

/** The options. Throws an Error with one plain sentence where they make no sense. */
export const parseOptions = (args: string[]): ProofOptions => {
  const { choice: telemetry, ...options } = parseCampaign(args, 'runs/proof', {
    name: 'telemetry',
    values: TELEMETRY_KINDS,
    default: 'grafana',
  });
  const ids = PROOF.map(({ id }) => id);
  checkOnly(options.only, (name) => ids.includes(name), ids.join(', '));
  const asked = ({ id }: ProofEntry) => options.only.length === 0 || options.only.includes(id);
  return { ...options, telemetry, entries: planOn(telemetry).filter(asked) };
};

/** What is there of one telemetry's runs, judged; what has not run is not whole. */
export const tableOf = (out: string, telemetry: TelemetryKind, entries = planOn(telemetry)): ProofTable => {
  const results = readOutcomes(out, entries);
  return {
    telemetry,
    environments: environmentsOf(results),
    rows: entries.map((entry) => {
      const result = results.find(({ outcome }) => outcome.entry.id === entry.id);
      return result ? rowOfFolder(out, result) : rowNotRun(entry);
    }),
  };
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

const writeProof = (tables: ProofTable[], root: string): string =>
  writeSample(root, 'correlation-proof', {
    readme: readme({ tables }),
    json: { file: 'proof.json', value: { tables } },
  });

const perform = async (options: ProofOptions, context: CampaignContext): Promise<number> => {
  const { telemetry, entries, only, resume, tableOnly } = options;
  const { root, signal, log } = context;
  const folderOn = (kind: TelemetryKind): string => join(context.out, kind);
  const kinds = () => TELEMETRY_KINDS.filter((kind) => existsSync(folderOn(kind)));
  if (tableOnly)
    for (const kind of kinds()) await reanalyse({ ...context, out: folderOn(kind), entries: PROOF });
  else {
    const out = folderOn(telemetry);
    const isRun = (entry: ProofEntry) => isDone(out, entry);
    const nameOf = (entry: ProofEntry) => folderOf(out, entry);
    await runProof({
      ...context,
      out,
      telemetry,
      entries: toRun(entries, { resume, isDone: isRun, nameOf }),
    });
  }
  if (signal.aborted) return 1;
  if (only.length > 0) return judge([tableOf(folderOn(telemetry), telemetry, entries)], log);
  const tables = kinds().map((kind) => tableOf(folderOn(kind), kind));
  log(`wrote ${writeProof(tables, root)}`);
  return judge(tables, log);
};

const planLine = (entry: ProofEntry): string =>
  `${entry.id}: ${entry.faults.join(' + ')} ${entry.flags.join(' ')}, ${loadSeconds(entry)} s, ${entry.expect}`;

/** Exit code 1 also where a hop is broken. */
export const main = mainOf<ProofOptions>({
  help: HELP,
  parse: parseOptions,
  plan: ({ entries }) => entries.map(planLine),
  perform,
});
