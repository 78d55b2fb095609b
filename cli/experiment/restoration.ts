import type { Findings } from '../../reports/record/findings.ts';
import type { Experiment } from '../../reports/record/record.ts';
import type { InjectedFault } from '../../reports/record/truth.ts';
import type { LoadResult, LoadRun } from '../load/load-driver.ts';
import { nowSeconds, sleep } from '../shared/clock.ts';
import { messageOf } from '../shared/errors.ts';
import { pollUntil } from '../shared/retry.ts';
import { withProbeFolder } from './probe-folder.ts';
import type { RunParts } from './run-parts.ts';
import { STEADY_LIMITS } from './steady-check.ts';

export interface Restoration {
  restored: boolean;
  /** What was checked and how it came out, one sentence each. */
  sentences: string[];
}

export interface RestorationInput extends Pick<RunParts, 'chaos' | 'load' | 'stack' | 'guard'> {
  experiment: Experiment;
  /** What was broken; empty where nothing was. */
  injected: InjectedFault[];
  /** Something was broken for sure; where absent: what was injected says it. */
  touched?: boolean;
  findings: Findings | null;
  /** When the load's last request ended, Unix seconds; null where it was not seen. */
  loadEndedAt: number | null;
  runId: string;
  directory: string;
}

/**
 * A light probe after the load: seconds, requests per second, how long it may take with the requests that are under way,
 * and how long to go on probing.
 */
const PROBE = { seconds: 5, rate: 5, longest: 40, patience: 45 };
/** The probe's p95 may be this many times the steady one, and this much above it (seconds). */
const SLOWER = { times: 2, plus: 0.1 };

/** Median over the seconds of their p95: one slow second of a small probe says little. */
const p95Of = (result: LoadResult): number => {
  const values = result.series.overall.flatMap(({ p95 }) => p95 ?? []).sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? 0;
};

interface Probe {
  /** Why it shows no steady state; null where it does. */
  wrong: string | null;
  /** What was asked and answered, in words. */
  what: string;
  endedAt: number;
}

/** The p95 that a probe may have at most, seconds; null where there is no steady phase to compare it with. */
const limitOf = ({ findings }: RestorationInput): number | null => {
  const steady = findings?.slis.find(({ viewpoint, phase }) => viewpoint === 'client' && phase === 'steady');
  return steady ? (steady.p95 ?? 0) * SLOWER.times + SLOWER.plus : null;
};

const wrongWith = ({ requests, failures }: LoadResult, p95: number, limit: number | null): string | null => {
  const ratio = requests > 0 ? failures / requests : 1;
  if (ratio > STEADY_LIMITS.errorRatio) return `${failures} of ${requests} probe requests failed`;
  return limit !== null && p95 > limit
    ? `the probe's p95 was ${p95.toFixed(2)} s, above ${limit.toFixed(2)} s`
    : null;
};

const probeOnce = (input: RestorationInput, attempt: number): Promise<Probe> =>
  withProbeFolder(input.directory, `probe-${attempt}`, (folder) => probeIn(folder, input, attempt));

/** A script of somebody's own need not keep to the time that it is told: then it is ended. */
const withinTime = async (run: LoadRun): Promise<LoadResult> => {
  const over = new AbortController();
  sleep(PROBE.longest, over.signal).then(
    () => run.stop(),
    () => undefined,
  );
  try {
    return await run.done;
  } finally {
    over.abort();
  }
};

const probeIn = async (directory: string, input: RestorationInput, attempt: number): Promise<Probe> => {
  const run = await input.load.start(input.experiment.scenario, {
    runId: `${input.runId}-probe${attempt}`,
    baseUrl: (await input.stack.endpoints()).baseUrl,
    seed: input.experiment.seed,
    duration: PROBE.seconds,
    rate: PROBE.rate,
    directory,
  });
  input.guard(run.pid);
  const result = await withinTime(run);
  const [p95, limit] = [p95Of(result), limitOf(input)];
  const what = `${result.requests} probe requests, ${result.failures} failed, p95 ${p95.toFixed(2)} s (${limit === null ? 'no steady phase to compare with' : `at most ${limit.toFixed(2)} s`})`;
  return { wrong: wrongWith(result, p95, limit), what, endedAt: result.endedAt };
};

const probeUntilWell = async (input: RestorationInput): Promise<Restoration> => {
  const { loadEndedAt } = input;
  const from = loadEndedAt ?? nowSeconds();
  let probe: Probe;
  let attempt = 0;
  do {
    await sleep(1);
    probe = await probeOnce(input, ++attempt);
  } while (probe.wrong !== null && nowSeconds() - from < PROBE.patience);
  const after =
    loadEndedAt === null ? '' : ` ${(probe.endedAt - from).toFixed(0)} s after the load's last request`;
  return probe.wrong === null
    ? {
        restored: true,
        sentences: [
          `It was not seen to come back under load. With the load off it was well${after}: ${probe.what}.`,
        ],
      }
    : {
        restored: false,
        sentences: [`It did not come back, not even with the load off${after}: ${probe.wrong}.`],
      };
};

/** Longest wait until everything is up, seconds, besides what the faults take to drain. */
const UP_AGAIN = 10;

/** What is not whole, one phrase each; a replica that does not answer counts, since it cannot say that nothing is on. */
const notWhole = async ({ chaos, stack }: RestorationInput): Promise<string[]> => {
  const components = (await stack.status())?.components ?? [];
  const down = components
    .filter(({ state }) => state !== 'ready')
    .map(({ name, state }) => `${name} is ${state}`);
  try {
    const on = await chaos.list();
    return [...down, ...on.map(({ fault, instance }) => `${fault} is on at ${instance}`)];
  } catch (error) {
    return [...down, messageOf(error)];
  }
};

/** What still is not whole after the faults have had time to drain; empty: everything is up, and no fault is on. */
const leftOver = async (input: RestorationInput): Promise<string[]> => {
  const timeout = UP_AGAIN + Math.max(0, ...input.injected.map(({ drainSeconds }) => drainSeconds));
  let left: string[] = [];
  const whole = async () => {
    left = await notWhole(input);
    return left.length === 0 || undefined;
  };
  await pollUntil(whole, { timeout, every: 0.5 });
  return left;
};

/** Telemetry that is missing so long after a loss has ended, or so shortly before the load did, was not there again; seconds. */
const LOSS_SLACK = 3;

/** A loss that was injected, read back as gone, and was still there when the load ended; no SLI would ever show it. */
const stillLost = ({ findings, injected, loadEndedAt }: RestorationInput): string | null => {
  const ended = injected.flatMap(({ label, clearedAt, drainSeconds }) =>
    label.kind === 'loss' && clearedAt !== null
      ? [{ signal: label.dependency, at: clearedAt + drainSeconds }]
      : [],
  );
  const lost = findings?.telemetryLoss.find(({ signal, to }) =>
    ended.some(
      (one) =>
        one.signal === signal &&
        to > one.at + LOSS_SLACK &&
        to >= (loadEndedAt ?? Number.POSITIVE_INFINITY) - LOSS_SLACK,
    ),
  );
  return lost ? `${lost.signal} went on getting lost until the load's end` : null;
};

/**
 * Whether what was broken is whole again: every component is up, no fault is on anywhere, no telemetry that a fault took
 * is still missing, and the SLIs are back at their steady state, under load or, where the load itself kept it down, in a light probe after it.
 */
export const verifyRestoration = async (input: RestorationInput): Promise<Restoration> => {
  const left = await leftOver(input);
  if (left.length > 0) return { restored: false, sentences: [`Not as before: ${left.join('; ')}.`] };
  const gone = 'Everything is up, and every replica was asked: no fault is on.';
  if (!(input.touched ?? input.injected.length > 0))
    return { restored: true, sentences: [gone, 'Nothing had been broken.'] };
  const lost = stillLost(input);
  if (lost) return { restored: false, sentences: [gone, `Not as before: ${lost}.`] };
  const recovery = input.findings?.recovery;
  if (recovery?.observed && recovery.recovered) {
    return { restored: true, sentences: [gone, 'The SLIs came back to their steady state under load.'] };
  }
  const probed = await probeUntilWell(input);
  return { ...probed, sentences: [gone, ...probed.sentences] };
};
