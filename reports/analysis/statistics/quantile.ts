/**
 * Quantile (0..1) of a histogram whose buckets are counts, not cumulative; `counts` is one longer than `bounds`
 * (the last one is +Inf). Linear interpolation inside the bucket, the lowest bucket starting at 0, and the
 * highest finite bound for whatever lies beyond it, as Prometheus' histogram_quantile does
 * (https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile). Null when empty.
 */
export const bucketQuantile = (q: number, bounds: number[], counts: number[]): number | null => {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (!(total > 0) || bounds.length === 0) return null;
  const rank = q * total;
  let below = 0;
  for (let i = 0; i < bounds.length; i++) {
    const count = counts[i] ?? 0;
    if (count > 0 && below + count >= rank) {
      const lower = i === 0 ? 0 : bounds[i - 1]!;
      return lower + (bounds[i]! - lower) * Math.max(0, (rank - below) / count);
    }
    below += count;
  }
  return bounds.at(-1)!;
};

/** Natural logarithm of upper over lower bound of the bucket that holds `value`: the histogram's resolution there. */
export const bucketLogWidth = (value: number, bounds: number[]): number => {
  const i = bounds.findIndex((bound) => value <= bound);
  const index = i < 0 ? bounds.length - 1 : i;
  // The lowest bucket reaches down to 0, which has no logarithm: take the next one's width for it.
  const [lower, upper] = index === 0 ? [bounds[0]!, bounds[1]!] : [bounds[index - 1]!, bounds[index]!];
  const width = Math.log(upper / lower);
  return Number.isFinite(width) && width > 0 ? width : Math.LN2;
};
