/**
 * The exact quantile of sorted values, linear between neighbours (Hyndman & Fan 1996, type 7), as k6's own summary
 * has it. `q` is 0..1. Null when there is no value.
 */
export const quantile = (sorted: ArrayLike<number>, q: number): number | null => {
  if (sorted.length === 0) return null;
  const position = (sorted.length - 1) * q;
  const low = Math.floor(position);
  const below = sorted[low]!;
  const above = sorted[Math.min(low + 1, sorted.length - 1)]!;
  return below + (above - below) * (position - low);
};
