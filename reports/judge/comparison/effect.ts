import type { Compared } from '../../record/comparison.ts';
import type { Measure } from '../../record/indicator.ts';

/** The smallest difference that matters: a share of the baseline's value, and never less than that much of the unit. */
export interface MinimumEffect {
  share: number;
  atLeast: number;
}

/**
 * A tenth of a percent more errors or a few milliseconds are found significant in a long run and matter to nobody.
 * Latencies of one machine differ by a tenth from run to run with nothing changed.
 */
export const MINIMUM_EFFECTS: Record<Measure, MinimumEffect> = {
  'error-ratio': { share: 0, atLeast: 0.01 },
  p50: { share: 0.2, atLeast: 0.01 },
  p95: { share: 0.2, atLeast: 0.01 },
  p99: { share: 0.2, atLeast: 0.01 },
  'requests-per-second': { share: 0.05, atLeast: 0 },
};

/** In the measure's unit. */
export const minimumEffectOf = ({ share, atLeast }: MinimumEffect, baseline: number): number =>
  Math.max(atLeast, share * Math.abs(baseline));

/** More of it is good; of all others more is bad. */
const isWelcome = (measure: Measure): boolean => measure === 'requests-per-second';

/** A change is one where chance can be ruled out and it is large enough to matter. */
export const outcomeOf = (
  measure: Measure,
  difference: number,
  [low, high]: [number, number],
  minimum: number,
): Compared['outcome'] => {
  const significant = low > 0 || high < 0;
  if (!significant || Math.abs(difference) < minimum) return 'no-significant-change';
  return difference > 0 === isWelcome(measure) ? 'better' : 'worse';
};
