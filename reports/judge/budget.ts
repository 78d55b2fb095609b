import { isIn } from '../analysis/phases.ts';
import type { Window } from '../record/common.ts';
import { measureOver } from './indicator.ts';
import type { Comparator, Good, Metric, Objective, Slices } from './slo.ts';
import { type Interval, missingIn, type Population, type SeriesParts, type Track, trackOf } from './track.ts';

/** What counts for an objective in a window, in its unit (requests, or seconds). */
export interface Tally {
  good: number;
  total: number;
  missing: number;
  /** Good ones if all that a coarse histogram leaves open were good. */
  goodAtMost: number;
}

const EMPTY: Tally = { good: 0, total: 0, missing: 0, goodAtMost: 0 };

const add = (a: Tally, b: Tally): Tally => ({
  good: a.good + b.good,
  total: a.total + b.total,
  missing: a.missing + b.missing,
  goodAtMost: a.goodAtMost + b.goodAtMost,
});

/** Requests that ended within the limit: those of the bucket it lies in by its share of the bucket's width. */
const endedWithin = (
  { counts }: Interval,
  track: Track,
  limit: number,
): { likely: number; atMost: number } => {
  let [likely, atMost] = [0, 0];
  for (const [bucket, count] of counts) {
    const [lower, upper] = track.bounds(bucket);
    if (lower >= limit) continue;
    atMost += count;
    likely +=
      upper <= limit ? count : Number.isFinite(upper) ? (count * (limit - lower)) / (upper - lower) : 0;
  }
  return { likely, atMost };
};

const ofRequests =
  (track: Track, good: Good) =>
  (interval: Interval): Tally => {
    const { requests, failures } = interval;
    if (good.what === 'succeeded') {
      const succeeded = Math.max(0, requests - failures);
      return { good: succeeded, total: requests, missing: 0, goodAtMost: succeeded };
    }
    const { likely, atMost } = endedWithin(interval, track, good.seconds);
    return {
      good: Math.min(likely, requests),
      total: requests,
      missing: 0,
      goodAtMost: Math.min(atMost, requests),
    };
  };

const HOLDS: Record<Comparator, (value: number, than: number) => boolean> = {
  lte: (value, than) => value <= than,
  gte: (value, than) => value >= than,
  lt: (value, than) => value < than,
  gt: (value, than) => value > than,
};

/** An interval's seconds: good ones, bad ones, or missing where nothing was measured. */
const ofSeconds =
  (
    track: Track,
    metric: Extract<Metric, { kind: 'threshold' }>,
    { op, value }: NonNullable<Objective['threshold']>,
  ) =>
  (interval: Interval): Tally => {
    const { seconds } = interval;
    const seen = measureOver(metric.indicator.measure, track, [interval], seconds);
    if (seen === null) return { ...EMPTY, missing: seconds };
    const good = HOLDS[op](seen, value) ? seconds : 0;
    return { good, total: seconds, missing: 0, goodAtMost: good };
  };

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

interface Slice {
  window: Window;
  intervals: Interval[];
}

/** Observations known to be missing: requests that nobody counted, or seconds that no interval covers. */
const missingOf = ({ kind }: Metric, track: Track, { window, intervals }: Slice): number =>
  kind === 'ratio'
    ? missingIn(track, window)
    : Math.max(0, Math.round(window.to - window.from - sum(intervals.map(({ seconds }) => seconds))));

/** The window cut into slices; the last one may be shorter. */
const sliced = ({ window: { from, to }, intervals }: Slice, seconds: number): Slice[] => {
  const slices = Array.from({ length: Math.ceil((to - from) / seconds) }, (_, i): Slice => {
    const window = { from: from + i * seconds, to: Math.min(to, from + (i + 1) * seconds) };
    return { window, intervals: [] };
  });
  for (const one of intervals)
    slices[Math.floor((one.t + one.seconds / 2 - from) / seconds)]?.intervals.push(one);
  return slices;
};

const isGood = (good: number, total: number, { target }: Slices): boolean =>
  total > 0 && good / total >= target;

/** A slice of time, all of whose seconds are good, bad or missing. */
const asSlice = (held: Tally, slices: Slices, { from, to }: Window): Tally => {
  const seconds = to - from;
  if (held.total === 0) return { ...EMPTY, missing: seconds };
  const good = isGood(held.good, held.total, slices);
  const atMost = isGood(held.goodAtMost + held.missing, held.total + held.missing, slices);
  return { good: good ? seconds : 0, total: seconds, missing: 0, goodAtMost: good || atMost ? seconds : 0 };
};

export const populationOf = (metric: Metric): Population =>
  metric.kind === 'ratio' ? metric.of : metric.indicator;

/**
 * What an objective counts in the window; null where its metric matches no series. Requests are the observations of a
 * ratio, whole seconds those of a threshold; in slices of time each good slice gives all its seconds.
 */
export const tallyOf = (
  parts: SeriesParts,
  metric: Metric,
  { threshold, slices }: Objective,
  window: Window,
): Tally | null => {
  const track = trackOf(parts, populationOf(metric));
  if (!track) return null;
  const count =
    metric.kind === 'ratio' ? ofRequests(track, metric.good) : ofSeconds(track, metric, threshold!);
  const tally = (slice: Slice): Tally => {
    const missing = missingOf(metric, track, slice);
    return slice.intervals.map(count).reduce(add, { ...EMPTY, missing });
  };
  const whole: Slice = { window, intervals: track.intervals.filter((interval) => isIn(interval, window)) };
  if (!slices) return tally(whole);
  return sliced(whole, slices.seconds)
    .map((slice) => asSlice(tally(slice), slices, slice.window))
    .reduce(add, EMPTY);
};
