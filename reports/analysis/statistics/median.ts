/** Median of finite numbers; NaN when there is none. */
export const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** Makes the median absolute deviation an estimate of the standard deviation of normal data (Hampel 1974). */
export const MAD_SCALE = 1.4826;

/** Median absolute deviation from the median, scaled; NaN when there are no values. */
export const scaledMad = (values: number[]): number => {
  const centre = median(values);
  return MAD_SCALE * median(values.map((value) => Math.abs(value - centre)));
};

export interface RobustScale {
  centre: number;
  scale: number;
}

/** Centre and scale of a reference; `floor` keeps a constant series from making everything else abnormal. */
export const robustScale = (values: number[], floor: number): RobustScale => ({
  centre: median(values),
  scale: Math.max(scaledMad(values), floor),
});

/** How many robust standard deviations `value` lies above the reference (Iglewicz and Hoaglin 1993). */
export const robustZ = (value: number, { centre, scale }: RobustScale): number => (value - centre) / scale;
