import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunRecord } from '../../reports/record/record.ts';
import { argumentsOf, loadSeconds, type RunEntry } from './entry.ts';
import { type Obsctl, obsctlOf } from './obsctl.ts';
import { folderOf, isDone, readRecord, runFolderOf, writeOutcome } from './store.ts';

/** A stack gathers jobs, rows and heap: after so many runs it is made anew. */
const RUNS_A_STACK = 12;
/** Between two runs, seconds: what the last one left has to settle. */
const PAUSE_SECONDS = 3;
/** Load on a new stack before its first run: processes that have just started have compiled nothing yet. */
const WARM_UP = ['load', 'steady', '--rate', '40', '--duration', '15s', '--json'];
/** What a run takes besides its load, seconds: until measured. */
const OVERHEAD_SECONDS = 8;

export interface ExecuteOptions {
  root: string;
  out: string;
  entries: RunEntry[];
  /** Flags of `obsctl up` besides its own. */
  up?: string[];
  /** Runs that a stack serves before it is made anew. */
  runsAStack?: number;
  /** What is logged of a run once it is over. */
  told?: (record: RunRecord | null) => string;
  signal: AbortSignal;
  log: (line: string) => void;
}

const lastLine = (text: string): string | null => text.trim().split('\n').at(-1) || null;

type StackOptions = Pick<ExecuteOptions, 'out' | 'log' | 'up' | 'runsAStack'>;

/** One stack at a time, brought up when the first run needs it. */
const createStack = (obsctl: Obsctl, { out, log, up = [], runsAStack = RUNS_A_STACK }: StackOptions) => {
  let runs: number | null = null;
  const down = async (): Promise<void> => {
    if (runs === null) return;
    await obsctl(['down']);
    runs = null;
  };
  return {
    down,
    /** A stack that is up and answers; made anew where it has served long enough. Throws what `up` said. */
    ready: async (): Promise<void> => {
      if (runs !== null && (runs >= runsAStack || (await obsctl(['status', '--json'])).exitCode !== 0))
        await down();
      if (runs === null) {
        log('bringing the stack up');
        let { exitCode, stderr } = await obsctl(['up', ...up, '--json']);
        if (exitCode !== 0) ({ exitCode, stderr } = await obsctl(['up', ...up, '--json']));
        if (exitCode !== 0)
          throw new Error(`the stack did not come up: ${lastLine(stderr) ?? `exit code ${exitCode}`}`);
        runs = 0;
        await obsctl([...WARM_UP, '--out', join(out, 'warm-up')]);
      }
      runs += 1;
    },
  };
};

/**
 * Whether the stack may be worth nothing any more: the run says so, or there is no run to say anything. A baseline that
 * was not met is no reason: a new stack is the last thing to be steady.
 */
const leftUnwell = (record: RunRecord | null): boolean =>
  !record?.execution.restored || record.verdict.name === 'error';

const runEntry = async (
  entry: RunEntry,
  obsctl: Obsctl,
  { out, signal }: ExecuteOptions,
): Promise<RunRecord | null> => {
  const { exitCode, stderr } = await obsctl(
    argumentsOf(entry, folderOf(out, entry)),
    loadSeconds(entry) + 180,
  );
  // What was cut short by the user is no outcome: a later --resume runs it again.
  if (signal.aborted) return null;
  const record = readRecord(runFolderOf(out, entry));
  writeOutcome(out, { entry, exitCode, error: record ? null : lastLine(stderr) });
  return record;
};

const toldOf = (record: RunRecord | null): string => {
  if (!record) return 'no record';
  const { status, suspects } = record.findings?.attribution ?? { status: 'nothing', suspects: [] };
  const [first] = suspects;
  const named =
    status === 'named' && first ? `${first.service} / ${first.kind} ${first.confidence.toFixed(2)}` : status;
  const ranks = record.scores.map(({ rank }) => rank ?? '–').join(', ');
  return `${record.verdict.name}; named: ${named}; rank of the truth: ${ranks || 'nothing injected'}`;
};

const minutes = (seconds: number): string => `${Math.ceil(seconds / 60)} min`;

const remaining = (entries: RunEntry[], overhead: number): number =>
  entries.reduce((sum, entry) => sum + loadSeconds(entry) + PAUSE_SECONDS + overhead, 0);

/** Runs the entries one after the other; a run that fails is written down and the next one begins. */
export const execute = async (options: ExecuteOptions): Promise<void> => {
  const { root, entries, told = toldOf, signal, log } = options;
  const stateHome = mkdtempSync(join(tmpdir(), 'obsctl-matrix-'));
  // Taking the stack down must work after Ctrl-C too.
  const stack = createStack(obsctlOf(root, stateHome, new AbortController().signal), options);
  const obsctl = obsctlOf(root, stateHome, signal);
  let overhead = OVERHEAD_SECONDS;
  try {
    for (const [i, entry] of entries.entries()) {
      if (signal.aborted) break;
      log(
        `${i + 1} of ${entries.length}, about ${minutes(remaining(entries.slice(i), overhead))} left: ${entry.id}`,
      );
      await stack.ready();
      const from = performance.now();
      const record = await runEntry(entry, obsctl, options);
      if (signal.aborted) break;
      const took = (performance.now() - from) / 1000 - loadSeconds(entry);
      overhead += (Math.max(0, took) - overhead) / (i + 1);
      log(`  ${told(record)}`);
      if (leftUnwell(record)) await stack.down();
      await pause(PAUSE_SECONDS * 1000, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await stack.down();
    rmSync(stateHome, { recursive: true, force: true });
  }
};

/** Analyses every run that is there anew, so that a table never mixes findings of two versions. */
export const reanalyse = async ({ root, out, entries, signal, log }: ExecuteOptions): Promise<void> => {
  const stateHome = mkdtempSync(join(tmpdir(), 'obsctl-matrix-'));
  const obsctl = obsctlOf(root, stateHome, signal);
  try {
    for (const entry of entries.filter((one) => isDone(out, one))) {
      const folder = runFolderOf(out, entry);
      if (!folder || signal.aborted) continue;
      // The JSON renderer draws no charts, which take most of the time.
      const args = ['report', '--reanalyse', '--format', 'json', '--out', folderOf(out, entry), '--json'];
      const { exitCode, stderr } = await obsctl(args);
      if (exitCode !== 0) log(`${entry.id} could not be analysed anew: ${lastLine(stderr)}`);
    }
  } finally {
    rmSync(stateHome, { recursive: true, force: true });
  }
};
