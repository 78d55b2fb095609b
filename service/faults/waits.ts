/** The longest delay of a timer, milliseconds: Node makes 1 ms of any that is longer. */
export const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** Waits that can all be cut short together. */
export const createWaits = () => {
  const waiting = new Map<() => void, NodeJS.Timeout>();
  let ended = false;
  return {
    /** Resolves after `milliseconds`, or as soon as `end` is called; at once after that. */
    wait: (milliseconds: number): Promise<void> =>
      new Promise((resolve) => {
        if (ended) return resolve();
        const wake = () => {
          waiting.delete(wake);
          resolve();
        };
        waiting.set(wake, setTimeout(wake, Math.min(milliseconds, LONGEST_DELAY_MS)));
      }),
    end: (): void => {
      ended = true;
      for (const [wake, timer] of waiting) {
        clearTimeout(timer);
        wake();
      }
    },
  };
};
