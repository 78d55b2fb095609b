import { monotonicSeconds, sleep } from './clock.ts';

/**
 * Asks again until `attempt` returns something other than undefined, or `timeout` seconds are over (then
 * undefined). `every` is the pause in seconds. Rejects with the signal's reason when it aborts.
 */
export const pollUntil = async <T>(
  attempt: () => Promise<T | undefined>,
  { timeout, every = 0.1, signal }: { timeout: number; every?: number; signal?: AbortSignal },
): Promise<T | undefined> => {
  const deadline = monotonicSeconds() + timeout;
  for (;;) {
    const value = await attempt();
    if (value !== undefined) return value;
    if (monotonicSeconds() >= deadline) return undefined;
    await sleep(every, signal);
  }
};
