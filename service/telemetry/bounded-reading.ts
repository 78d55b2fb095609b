/** Longest that a scrape waits for a reading, milliseconds. */
const PATIENCE_MS = 300;
/** Age at which a reading says nothing about now any more, milliseconds. */
const STALE_MS = 3_000;

/**
 * A reading that never takes long, of something that may: where the answer is late, the last one, or undefined when
 * that failed or is older than 3 s. There is one question at a time, however often it is asked.
 */
export const boundedReading = <T>(read: () => Promise<T>): (() => Promise<T | undefined>) => {
  let last: { value: T; at: number } | undefined;
  let asking: Promise<void> | undefined;

  const ask = async (): Promise<void> => {
    try {
      const value = await read();
      last = { value, at: performance.now() };
    } catch {
      last = undefined;
    } finally {
      asking = undefined;
    }
  };

  return async () => {
    asking ??= ask();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    await Promise.race([asking, patience]);
    clearTimeout(timer);
    return last && performance.now() - last.at < STALE_MS ? last.value : undefined;
  };
};
