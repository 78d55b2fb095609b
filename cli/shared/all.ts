/** Waits for all, whatever fails; then throws the first failure. */
export const all = async <T>(promises: Promise<T>[]): Promise<T[]> => {
  await Promise.allSettled(promises);
  return Promise.all(promises);
};
