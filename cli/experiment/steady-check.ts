import type { LoadProgress } from '../load/load-driver.ts';

/** Steady state, watched live so that nothing is broken that was broken already. */
export const STEADY_LIMITS = {
  /** Share of logical requests that may fail. */
  errorRatio: 0.01,
  /** Fewer logical requests than this say nothing. */
  requests: 20,
};

/** Why the steady state is not met, one sentence each; empty = met. */
export const steadyViolations = (before: LoadProgress | null, after: LoadProgress | null): string[] => {
  const requests = (after?.requests ?? 0) - (before?.requests ?? 0);
  const failures = (after?.failures ?? 0) - (before?.failures ?? 0);
  if (requests < STEADY_LIMITS.requests) {
    return [`only ${requests} requests ended in the steady phase, ${STEADY_LIMITS.requests} are the least`];
  }
  const ratio = failures / requests;
  if (ratio <= STEADY_LIMITS.errorRatio) return [];
  return [
    `${(100 * ratio).toFixed(1)} % of the requests failed before anything was broken (at most ${100 * STEADY_LIMITS.errorRatio} %)`,
  ];
};
