type Call = (...parameters: unknown[]) => unknown;

/** Told when a call is over: how long it took, in seconds, and what it failed with, if it did. */
export type Ended = (seconds: number, error: Error | null) => void;

/**
 * Calls as it was called, by callback (the last parameter) or for a promise, and tells `ended` when that has come.
 * Whatever else comes back, such as a cursor, passes untimed.
 */
export const timed = (call: Call, parameters: unknown[], ended: Ended): unknown => {
  const start = performance.now();
  const end = (error: Error | null) => ended((performance.now() - start) / 1000, error);
  const callback = parameters.at(-1);
  if (typeof callback === 'function') {
    return call(...parameters.slice(0, -1), (error: Error | null, ...results: unknown[]) => {
      end(error ?? null);
      callback(error, ...results);
    });
  }
  const result = call(...parameters);
  if (result instanceof Promise) result.then(() => end(null), end);
  return result;
};
