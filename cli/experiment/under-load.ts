import type { Phase, PhaseName } from '../../reports/record/common.ts';
import type { Experiment } from '../../reports/record/record.ts';
import type { LoadProgress, LoadResult, LoadRun } from '../load/load-driver.ts';
import { nowSeconds, sleep } from '../shared/clock.ts';
import { ObsctlError } from '../shared/errors.ts';
import { pollUntil } from '../shared/retry.ts';
import { Ending } from './ending.ts';
import type { FaultSchedule } from './fault-schedule.ts';
import { hypothesisViolations } from './hypothesis-before.ts';
import type { Journal } from './journal.ts';
import { PhaseClock } from './phase-clock.ts';
import { totalDuration } from './plan.ts';
import type { RunFolder } from './run-folder.ts';
import { entryServiceOf, type RunParts } from './run-parts.ts';
import { steadyViolations } from './steady-check.ts';
import { StopWatch } from './stop-conditions.ts';

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

/**
 * Longest time from the last phase to k6's end, seconds: requests that are under way get 30 (its gracefulStop), then it
 * writes its summary.
 */
const END_TIMEOUT = 60;

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
  /** k6 did not end by itself. */
  private late = false;
  private over = false;
  private readonly ending = new Ending();
  private readonly stopWatch: StopWatch;
  private readonly signal: AbortSignal;

  constructor(
    private readonly experiment: Experiment,
    private readonly parts: RunParts,
    private readonly folder: RunFolder,
    private readonly journal: Journal,
    private readonly faults: FaultSchedule,
    /** Called at the beginning of each phase. */
    private readonly onPhase: () => void = () => {},
  ) {
    this.signal = AbortSignal.any([parts.signal, this.ending.signal]);
    this.stopWatch = new StopWatch(experiment.stopConditions);
  }

  get phases(): Phase[] {
    return this.clock.phases;
  }

  /** The phase that it is in, or has just come out of; null before the first and once the load has ended. */
  get inPhase(): PhaseName | null {
    return this.over ? null : (this.clock.name ?? this.phases.at(-1)?.name ?? null);
  }

  async perform(): Promise<void> {
    const run = await this.start();
    if (this.experiment.faults.length > 0) this.ending.atHalt(this.parts.halt);
    try {
      await this.firstRequest();
      await this.allPhases(run);
      if (this.baselineUnmet.length > 0) await run.stop();
    } catch (error) {
      await run.stop();
      throw error;
    } finally {
      this.ending.rest();
      this.parts.listener.step?.('waiting for k6 to end');
      await this.untilEnd(run);
      this.over = true;
    }
    // Where k6 itself failed, its own error is the run's.
    await run.done;
    if (this.late)
      throw new ObsctlError('LOAD_FAILED', `k6 did not end within ${END_TIMEOUT} s, and was ended.`);
  }

  /** Takes k6's result. One that does not end is ended, and the run has failed: nobody knows what it did meanwhile. */
  private async untilEnd(run: LoadRun): Promise<void> {
    const over = new AbortController();
    const stop = () => {
      this.late = true;
      return run.stop();
    };
    sleep(END_TIMEOUT, over.signal).then(stop, () => undefined);
    this.result = await run.done.catch(() => null);
    over.abort();
  }

  private async start(): Promise<LoadRun> {
    const { experiment, parts, folder } = this;
    const { baseUrl, otlpUrl } = await parts.stack.endpoints();
    this.journal.append('load-starting', { scenario: experiment.scenario });
    const run = await parts.load.start(experiment.scenario, {
      runId: folder.runId,
      baseUrl,
      otlpUrl: otlpUrl ?? undefined,
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
      (error) => this.ending.because(error),
    );
    run.onProgress((progress) => {
      this.progress = progress;
      parts.listener.load?.(progress, this.clock.name);
      this.ending.atStop(this.stopWatch, progress, this.watchedFrom);
    });
    return run;
  }

  /** Stop conditions hold from the steady phase on. */
  private get watchedFrom(): number {
    return this.phases.find(({ name }) => name === 'steady')?.from ?? Number.POSITIVE_INFINITY;
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
    if (nowSeconds() < plannedEnd - END_TOLERANCE) this.ending.because(endedEarly(exitCode));
  }

  private async allPhases(run: LoadRun): Promise<void> {
    const { durations } = this.experiment;
    // The load began before its first progress was heard of.
    const begun = this.progress?.elapsed ?? 0;
    this.clock.startedAt = nowSeconds() - begun;
    await this.phase('warm-up', durations.warmUp);
    const before = this.progress;
    await this.phase('steady', durations.steady);
    this.baselineUnmet = await this.violations(before, run);
    if (this.baselineUnmet.length > 0) {
      this.journal.append('baseline-unmet', { reasons: this.baselineUnmet });
      return;
    }
    await this.faultPhase(durations.fault);
    await this.phase('recovery', durations.recovery);
  }

  /** What was wrong in the steady phase, which has just ended. */
  private async violations(before: LoadProgress | null, run: LoadRun): Promise<string[]> {
    const { experiment, parts } = this;
    return [
      ...steadyViolations(before, this.progress),
      ...(await hypothesisViolations({
        hypothesis: experiment.hypothesis,
        entryService: entryServiceOf(experiment),
        steady: this.phases.at(-1)!,
        client: run.series(),
        stack: parts.stack,
        warning: (text) => parts.listener.warning?.(text),
      })),
    ];
  }

  private async phase(name: 'warm-up' | 'steady' | 'recovery', seconds: number): Promise<void> {
    this.journal.append('phase', { name, seconds });
    this.parts.listener.phase?.(name, seconds);
    await this.clock.within(name, seconds, async (untilEnd) => {
      this.onPhase();
      await untilEnd(this.signal);
    });
  }

  private async faultPhase(seconds: number): Promise<void> {
    this.journal.append('phase', { name: 'fault', seconds });
    this.parts.listener.phase?.('fault', seconds);
    try {
      await this.clock.within('fault', seconds, async (untilEnd) => {
        this.onPhase();
        await this.faults.play(this.signal);
        await untilEnd(this.signal);
      });
    } finally {
      await this.faults.clear();
    }
  }
}
