import type { Phase } from '../../reports/record/common.ts';
import type { Experiment } from '../../reports/record/record.ts';
import type { LoadProgress, LoadResult, LoadRun } from '../load/load-driver.ts';
import { nowSeconds } from '../shared/clock.ts';
import { ObsctlError } from '../shared/errors.ts';
import { pollUntil } from '../shared/retry.ts';
import type { FaultSchedule } from './fault-schedule.ts';
import type { Journal } from './journal.ts';
import { PhaseClock } from './phase-clock.ts';
import { totalDuration } from './plan.ts';
import type { RunFolder } from './run-folder.ts';
import type { RunParts } from './run-parts.ts';
import { steadyViolations } from './steady-check.ts';

/** The phases are still going on, and nothing drives them any more. */
const endedEarly = (exitCode: number | null): ObsctlError =>
  new ObsctlError(
    'LOAD_FAILED',
    `k6 ended before its time, with ${exitCode === null ? 'a signal' : `exit code ${exitCode}`}.`,
  );

/** Longest wait for k6's first request, seconds. */
const FIRST_REQUEST_TIMEOUT = 30;

/** k6 may end this much before the last phase, seconds: its clock starts with its first iteration. */
const END_TOLERANCE = 2;

/** The phases end at whole seconds, so they may last this much longer than asked, seconds. */
const ROUNDING = 1;

/** Seconds of the warm-up in which the rate goes up. */
const MOST_RAMP = 4;

/** The part of a run that has load on: warm-up, steady, fault, recovery. What it learnt stays readable if it fails. */
export class UnderLoad {
  readonly clock = new PhaseClock();
  result: LoadResult | null = null;
  /** Why nothing was broken: the steady state was not one. */
  baselineUnmet: string[] = [];
  private progress: LoadProgress | null = null;
  private readonly loadEnded = new AbortController();
  private readonly signal: AbortSignal;

  constructor(
    private readonly experiment: Experiment,
    private readonly parts: RunParts,
    private readonly folder: RunFolder,
    private readonly journal: Journal,
    private readonly faults: FaultSchedule,
  ) {
    this.signal = AbortSignal.any([parts.signal, this.loadEnded.signal]);
  }

  get phases(): Phase[] {
    return this.clock.phases;
  }

  async perform(): Promise<void> {
    const run = await this.start();
    try {
      await this.firstRequest();
      await this.allPhases();
      if (this.baselineUnmet.length > 0) await run.stop();
    } catch (error) {
      await run.stop();
      throw error;
    } finally {
      this.parts.listener.step?.('waiting for k6 to end');
      this.result = await run.done.catch(() => null);
    }
    // Where k6 itself failed, its own error is the run's.
    await run.done;
  }

  private async start(): Promise<LoadRun> {
    const { experiment, parts, folder } = this;
    const { baseUrl, otlpUrl } = await parts.stack.endpoints();
    this.journal.append('load-starting', { scenario: experiment.scenario });
    const run = await parts.load.start(experiment.scenario, {
      runId: folder.runId,
      baseUrl,
      otlpUrl,
      seed: experiment.seed,
      duration: totalDuration(experiment) + ROUNDING,
      ramp: Math.min(MOST_RAMP, experiment.durations.warmUp),
      rate: experiment.rate ?? undefined,
      vus: experiment.vus ?? undefined,
      directory: folder.load,
    });
    parts.guard(run.pid);
    run.done.then(
      ({ exitCode }) => this.onLoadEnd(exitCode),
      (error) => this.loadEnded.abort(error),
    );
    run.onProgress((progress) => {
      this.progress = progress;
      parts.listener.load?.(progress, this.clock.name);
    });
    return run;
  }

  private async firstRequest(): Promise<void> {
    const seen = async () => ((this.progress?.requests ?? 0) > 0 ? true : undefined);
    const options = { timeout: FIRST_REQUEST_TIMEOUT, every: 0.1, signal: this.signal };
    if (await pollUntil(seen, options)) return;
    throw new ObsctlError('LOAD_FAILED', `k6 made no request within ${FIRST_REQUEST_TIMEOUT} s.`);
  }

  /** k6 and the phases end together, give or take; only an end well before is a failure. */
  private onLoadEnd(exitCode: number | null): void {
    const [first] = this.phases;
    const plannedEnd = (first?.from ?? Number.POSITIVE_INFINITY) + totalDuration(this.experiment);
    if (nowSeconds() < plannedEnd - END_TOLERANCE) this.loadEnded.abort(endedEarly(exitCode));
  }

  private async allPhases(): Promise<void> {
    const { durations } = this.experiment;
    // The load began before its first progress was heard of.
    const begun = this.progress?.elapsed ?? 0;
    this.clock.startedAt = nowSeconds() - begun;
    await this.phase('warm-up', durations.warmUp);
    const before = this.progress;
    await this.phase('steady', durations.steady);
    this.baselineUnmet = steadyViolations(before, this.progress);
    if (this.baselineUnmet.length > 0) {
      this.journal.append('baseline-unmet', { reasons: this.baselineUnmet });
      return;
    }
    await this.faultPhase(durations.fault);
    await this.phase('recovery', durations.recovery);
  }

  private async phase(name: 'warm-up' | 'steady' | 'recovery', seconds: number): Promise<void> {
    this.journal.append('phase', { name, seconds });
    this.parts.listener.phase?.(name, seconds);
    await this.clock.stay(name, seconds, this.signal);
  }

  private async faultPhase(seconds: number): Promise<void> {
    this.journal.append('phase', { name: 'fault', seconds });
    this.parts.listener.phase?.('fault', seconds);
    try {
      await this.clock.within('fault', seconds, async (untilEnd) => {
        await this.faults.play(this.signal);
        await untilEnd(this.signal);
      });
    } finally {
      await this.faults.clear();
    }
  }
}
