import type { Random } from './random.ts';

/** How long a client waits and how often it tries. Times in seconds. */
export interface Patience {
  attempts: number;
  /** Time-out of one attempt. */
  timeout: number;
  /** Longest pause before the first retry; it doubles with each further one. */
  backoff: number;
}

const longestPause = ({ backoff }: Patience, retry: number): number => backoff * 2 ** (retry - 1);

/** Pause before the retry of that number (1 = first), seconds: exponential back-off with full jitter (Brooker 2015). */
export const pauseBefore = (patience: Patience, retry: number, random: Random): number =>
  random() * longestPause(patience, retry);

/** The longest that one logical request can take, seconds. */
export const worstCaseSeconds = (patience: Patience): number => {
  let total = patience.attempts * patience.timeout;
  for (let retry = 1; retry < patience.attempts; retry++) total += longestPause(patience, retry);
  return total;
};

/** Whether another try may help: no answer, a server's error or "too many requests". */
export const worthRetrying = (status: number): boolean => status === 0 || status === 429 || status >= 500;
