import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { LoadResult } from './load-driver.ts';

/** In k6's summary export a threshold's value says whether it was crossed: true means it did not hold. */
const thresholds = z.object({
  metrics: z.record(z.string(), z.object({ thresholds: z.record(z.string(), z.boolean()).optional() })),
});

/** k6's end-of-test summary as it wrote it; null when it wrote none, or only a part before it was killed. */
export const readSummary = async (file: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

/** Every threshold of the summary and whether it held. */
export const thresholdsOf = (summary: unknown): LoadResult['thresholds'] => {
  const parsed = thresholds.safeParse(summary);
  if (!parsed.success) return [];
  return Object.entries(parsed.data.metrics).flatMap(([metric, { thresholds = {} }]) =>
    Object.entries(thresholds).map(([expression, crossed]) => ({ metric, expression, ok: !crossed })),
  );
};
