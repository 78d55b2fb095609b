/** Does `work` for every item, at most `limit` at once; rejects with the first failure after those begun have ended. */
export const inParallel = async <T>(
  items: T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> => {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  const done = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker));
  for (const result of done) if (result.status === 'rejected') throw result.reason;
};
