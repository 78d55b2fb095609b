export interface RetryBudget {
  /** Called for each call that is not a retry. */
  deposit(): void;
  /** Whether one more retry is within the budget; takes it out if so. */
  withdraw(): boolean;
}

/** Retries that may come in a row after a quiet time: what this many calls earn, and never more than the cap. */
const BURST_CALLS = 100;
const BURST_CAP = 10;

export const UNLIMITED: RetryBudget = { deposit: () => undefined, withdraw: () => true };

/**
 * Token bucket as in Finagle's RetryBudget and Envoy's retry budgets: each call earns `ratio` of a retry, each retry
 * costs one. Over any longer time at most `ratio` of the calls are retried, whatever fails.
 */
export const createRetryBudget = (ratio: number | undefined): RetryBudget => {
  if (ratio === undefined) return UNLIMITED;
  const most = Math.min(BURST_CAP, ratio * BURST_CALLS);
  let tokens = most;
  return {
    deposit: () => {
      tokens = Math.min(most, tokens + ratio);
    },
    withdraw: () => {
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
};
