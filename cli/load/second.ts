import type { ClientPoint } from '../../reports/record/evidence.ts';
import { bucketOf } from './histogram.ts';
import { quantile } from './quantile.ts';

type Quantiles = Pick<ClientPoint, 'p50' | 'p95' | 'p99'>;

const quantilesOf = (durations: number[]): Quantiles => {
  const sorted = Float64Array.from(durations).sort();
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), p99: quantile(sorted, 0.99) };
};

/** What one second holds: counts, and the durations until it is closed. */
export class Second {
  requests = 0;
  failures = 0;
  attempts = 0;
  requestAttempts = 0;
  attemptFailures = 0;
  droppedIterations = 0;
  #histogram: ClientPoint['histogram'] = {};
  #durations: number[] = [];
  #quantiles: Quantiles | null = null;

  /** A logical request that took so many seconds and attempts. */
  request(duration: number, attempts: number, failed: boolean): void {
    this.requests++;
    this.requestAttempts += attempts;
    if (failed) this.failures++;
    const bucket = bucketOf(duration);
    this.#histogram[bucket] = (this.#histogram[bucket] ?? 0) + 1;
    this.#durations.push(duration);
  }

  attempt(failed: boolean): void {
    this.attempts++;
    if (failed) this.attemptFailures++;
  }

  /** Takes the quantiles and lets the durations go. What still comes afterwards is counted, in the histogram too, and no quantile moves. */
  close(): void {
    this.#quantiles ??= quantilesOf(this.#durations);
    this.#durations = [];
  }

  /** As it is now; `t` is the second's start, Unix seconds. */
  point(t: number): ClientPoint {
    const { requests, failures, attempts, requestAttempts, attemptFailures, droppedIterations } = this;
    return {
      t,
      seconds: 1,
      requests,
      failures,
      attempts,
      requestAttempts,
      attemptFailures,
      ...(this.#quantiles ?? quantilesOf(this.#durations)),
      histogram: { ...this.#histogram },
      droppedIterations,
    };
  }
}
