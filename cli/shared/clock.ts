/** Unix time in seconds, with fractions. */
export const nowSeconds = (): number => Date.now() / 1000;

/** Seconds on a clock that never jumps; only differences mean anything. */
export const monotonicSeconds = (): number => performance.now() / 1000;

/** Waits `seconds`, or rejects with the signal's reason as soon as it aborts. */
export const sleep = (seconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, seconds * 1000);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
