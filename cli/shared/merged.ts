/** The items of all sources as they come, until all have ended. Throws what the first of them to fail throws. */
export async function* merged<T>(sources: AsyncIterable<T>[]): AsyncIterable<T> {
  const items: T[] = [];
  let open = sources.length;
  let failure: { error: unknown } | undefined;
  let wake = (): void => {};
  const drain = async (source: AsyncIterable<T>): Promise<void> => {
    try {
      for await (const item of source) {
        items.push(item);
        wake();
      }
    } catch (error) {
      failure ??= { error };
    } finally {
      open--;
      wake();
    }
  };
  for (const source of sources) void drain(source);
  while (open > 0 || items.length > 0) {
    if (failure) throw failure.error;
    const item = items.shift();
    if (item !== undefined) yield item;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
  if (failure) throw failure.error;
}
