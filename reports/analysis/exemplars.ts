import type { Exemplar } from '../record/evidence.ts';
import type { DetectedSpike } from './detection/slis.ts';

/** Exemplars carry the time a request ended and series the second it fell into: allow one second each way. */
const SLACK_SECONDS = 1;

/** Whether it stands for a request that failed: a 5xx, or a 499 of a caller that left. */
export const failed = ({ kind, status }: Exemplar): boolean =>
  kind === 'error' || (status !== null && (status >= 500 || status === 499));

/**
 * Exemplars that can stand for the spike: of its window and its kind (failed, or slower than `slowAbove` seconds),
 * of the spike's service. Where that service has none, those of any other; a job's spike takes its own only.
 */
export const exemplarsOf = (
  { onset, endedAt, sli }: DetectedSpike,
  exemplars: Exemplar[],
  slowAbove: number,
): Exemplar[] => {
  const until = (endedAt ?? Number.POSITIVE_INFINITY) + SLACK_SECONDS;
  const fits = (one: Exemplar) =>
    one.time >= onset - SLACK_SECONDS &&
    one.time <= until &&
    (sli.kind === 'error' ? failed(one) : one.kind === 'duration' && one.value > slowAbove);
  const candidates = exemplars.filter(fits);
  const own = candidates.filter(({ service }) => service === sli.service);
  return own.length > 0 || sli.name === 'job-latency' ? own : candidates;
};
