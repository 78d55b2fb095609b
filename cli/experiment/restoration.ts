import { join } from 'node:path';
import type { Findings } from '../../reports/record/findings.ts';
import type { Experiment } from '../../reports/record/record.ts';
import type { LoadResult } from '../load/load-driver.ts';
import { nowSeconds, sleep } from '../shared/clock.ts';
import type { RunParts } from './run-parts.ts';
import { STEADY_LIMITS } from './steady-check.ts';

export interface Restoration {
  restored: boolean;
  /** What was checked and how it came out, one sentence each. */
  sentences: string[];
}

export interface RestorationInput extends Pick<RunParts, 'chaos' | 'load' | 'stack'> {
  experiment: Experiment;
  /** Whether anything was broken at all. */
  injected: boolean;
  findings: Findings | null;
  runId: string;
  directory: string;
}

/** A light probe after the load: seconds, requests per second, and how long to go on probing. */
const PROBE = { seconds: 5, rate: 5, patience: 45 };
/** The probe's p95 may be this many times the steady one, and this much above it (seconds). */
const SLOWER = { times: 2, plus: 0.1 };

/** Median over the seconds of their p95: one slow second of a small probe says little. */
const p95Of = (result: LoadResult): number => {
  const values = result.series.overall.flatMap(({ p95 }) => p95 ?? []).sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? 0;
};

const probe = async (input: RestorationInput, attempt: number): Promise<string | null> => {
  const run = await input.load.start(input.experiment.scenario, {
    runId: `${input.runId}-probe${attempt}`,
    baseUrl: (await input.stack.endpoints()).baseUrl,
    seed: input.experiment.seed,
    duration: PROBE.seconds,
    rate: PROBE.rate,
    directory: join(input.directory, `probe-${attempt}`),
  });
  const result = await run.done;
  const steady = input.findings?.slis.find(
    ({ viewpoint, phase }) => viewpoint === 'client' && phase === 'steady',
  );
  const limit = (steady?.p95 ?? 0) * SLOWER.times + SLOWER.plus;
  const ratio = result.requests > 0 ? result.failures / result.requests : 1;
  if (ratio > STEADY_LIMITS.errorRatio)
    return `${(100 * ratio).toFixed(1)} % of ${result.requests} probe requests failed`;
  return p95Of(result) > limit
    ? `the probe's p95 was ${p95Of(result).toFixed(3)} s, above ${limit.toFixed(3)} s`
    : null;
};

const probeUntilWell = async (input: RestorationInput): Promise<Restoration> => {
  const from = nowSeconds();
  let wrong: string | null = 'it was not probed';
  for (let attempt = 1; wrong !== null && nowSeconds() - from < PROBE.patience; attempt++) {
    await sleep(1);
    wrong = await probe(input, attempt);
  }
  const after = `${(nowSeconds() - from).toFixed(0)} s after the load had ended`;
  return wrong === null
    ? {
        restored: true,
        sentences: [
          `The service did not come back under load; without it, it answered as in its steady state ${after}.`,
        ],
      }
    : { restored: false, sentences: [`The service did not come back: ${after} ${wrong}.`] };
};

/**
 * Whether what was broken is whole again: no fault is on anywhere, and the SLIs are back at their steady state,
 * under load or, where the load itself kept it down, in a light probe after it.
 */
export const verifyRestoration = async (input: RestorationInput): Promise<Restoration> => {
  const on = await input.chaos.list();
  if (on.length > 0) {
    return {
      restored: false,
      sentences: [`Still on: ${on.map(({ fault, instance }) => `${fault} at ${instance}`).join(', ')}.`],
    };
  }
  const gone = 'Every replica was asked: no fault is on.';
  if (!input.injected) return { restored: true, sentences: [gone, 'Nothing had been broken.'] };
  const recovery = input.findings?.recovery;
  if (recovery?.observed && recovery.recovered) {
    return { restored: true, sentences: [gone, 'The SLIs came back to their steady state under load.'] };
  }
  const probed = await probeUntilWell(input);
  return { ...probed, sentences: [gone, ...probed.sentences] };
};
