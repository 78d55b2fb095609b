/** Two-sided 95 %. */
const Z = 1.959964;

/** A share with the interval that it may lie in, given how often it was tried. */
export interface Rate {
  hits: number;
  n: number;
  /** Null where nothing was tried. */
  share: number | null;
  low: number | null;
  high: number | null;
}

/** The share of `hits` among `n` with its 95 % score interval (Wilson, J. Am. Stat. Assoc. 22, 1927). */
export const rateOf = (hits: number, n: number): Rate => {
  if (n === 0) return { hits, n, share: null, low: null, high: null };
  const share = hits / n;
  const scale = 1 + Z ** 2 / n;
  const centre = (share + Z ** 2 / (2 * n)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  // At both ends the bound is exact, and rounding must not put it beside.
  return { hits, n, share, low: hits === 0 ? 0 : centre - half, high: hits === n ? 1 : centre + half };
};

/** The middle value, the mean of the two middle ones where their number is even; null of none. */
export const median = (values: number[]): number | null => {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};
