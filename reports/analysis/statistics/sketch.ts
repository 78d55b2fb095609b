import { HISTOGRAM_GAMMA } from '../../record/evidence.ts';

/** A mergeable histogram: key i counts values in (gamma^(i-1), gamma^i]. */
export type Sketch = Record<string, number>;

/** All of them as one. Keys and counts that are no numbers are left out. */
export const mergeSketches = (sketches: Sketch[]): Map<number, number> => {
  const merged = new Map<number, number>();
  for (const [key, count] of sketches.flatMap((sketch) => Object.entries(sketch))) {
    const i = Number(key);
    if (Number.isInteger(i) && count > 0) merged.set(i, (merged.get(i) ?? 0) + count);
  }
  return merged;
};

/**
 * Quantile (0..1) of merged sketches: the middle of the bucket that holds the value of rank ceil(q n), within 1 %
 * of that value (DDSketch: Masson, Rim, Lee 2019). Null when empty.
 */
export const sketchQuantile = (q: number, counts: Map<number, number>): number | null => {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const rank = Math.max(1, Math.ceil(q * total));
  let below = 0;
  for (const [i, count] of [...counts].sort(([a], [b]) => a - b)) {
    below += count;
    if (below >= rank) return (2 * HISTOGRAM_GAMMA ** i) / (HISTOGRAM_GAMMA + 1);
  }
  return null;
};
