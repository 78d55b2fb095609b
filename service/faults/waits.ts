/** Waits that can all be cut short together. */
export const createWaits = () => {
  const waiting = new Map<() => void, NodeJS.Timeout>();
  return {
    /** Resolves after `milliseconds`, or as soon as `wakeAll` is called. */
    wait: (milliseconds: number): Promise<void> =>
      new Promise((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          resolve();
        };
        waiting.set(wake, setTimeout(wake, milliseconds));
      }),
    wakeAll: (): void => {
      for (const [wake, timer] of waiting) {
        clearTimeout(timer);
        wake();
      }
    },
  };
};
