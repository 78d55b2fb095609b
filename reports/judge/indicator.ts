import { isIn } from '../analysis/phases.ts';
import type { Window } from '../record/common.ts';
import type { Indicator, Measure } from '../record/indicator.ts';
import { type Interval, mergeCounts, missingIn, type SeriesParts, type Track, trackOf } from './track.ts';

/** An indicator over a window: its value, and the same interval by interval. */
export interface IndicatorValue {
  /** In the measure's unit; null: nothing was measured. */
  value: number | null;
  /** The indicator names a series that is there at all. */
  matched: boolean;
  /** Requests that ended without failure, of all that ended. */
  good: number;
  total: number;
  /** Requests known to be missing, in which operation ever. */
  missing: number;
  /** Usually whole seconds; `value` is null where no request ended. */
  points: { t: number; seconds: number; value: number | null }[];
}

const QUANTILES: Partial<Record<Measure, number>> = { p50: 0.5, p95: 0.95, p99: 0.99 };

const sum = (intervals: Interval[], of: 'requests' | 'failures'): number =>
  intervals.reduce((total, interval) => total + interval[of], 0);

/** The measure over the intervals taken together, `seconds` long; null where nothing ended. A rate is a value even then. */
export const measureOver = (
  measure: Measure,
  track: Pick<Track, 'quantile'>,
  intervals: Interval[],
  seconds: number,
): number | null => {
  const requests = sum(intervals, 'requests');
  if (measure === 'requests-per-second') return seconds > 0 ? requests / seconds : null;
  if (requests === 0) return null;
  if (measure === 'error-ratio') return Math.min(1, sum(intervals, 'failures') / requests);
  return track.quantile(QUANTILES[measure]!, mergeCounts(intervals));
};

/**
 * The indicator over [from, to), from the series that stand in the record. Quantiles are those of all requests of the
 * window together: the client's within 1 %, a server's interpolated within its buckets. A second belongs to the window
 * in which its middle lies.
 */
export const indicatorOver = (parts: SeriesParts, indicator: Indicator, window: Window): IndicatorValue => {
  const track = trackOf(parts, indicator);
  const inside = (track?.intervals ?? []).filter((interval) => isIn(interval, window));
  const { measure } = indicator;
  if (!track || inside.length === 0)
    return { value: null, matched: track !== null, good: 0, total: 0, missing: 0, points: [] };
  const total = sum(inside, 'requests');
  return {
    value: measureOver(measure, track, inside, window.to - window.from),
    matched: true,
    good: total - sum(inside, 'failures'),
    total,
    missing: missingIn(track, window),
    points: inside.map((one) => ({
      ...{ t: one.t, seconds: one.seconds },
      value: measureOver(measure, track, [one], one.seconds),
    })),
  };
};
