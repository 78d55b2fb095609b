import type { ClientPoint, RedSeries, RuntimeSeries } from '../record/evidence.ts';
import { bucketQuantile } from './statistics/quantile.ts';

/** What happened in the interval [t, t + seconds). Latency in seconds; null where nothing ended. */
export interface Point {
  t: number;
  seconds: number;
  requests: number;
  failures: number;
  p95: number | null;
}

export interface RedPoint extends Point {
  /** Requests per second. After missed scrapes an increment is over all the time since the last one. */
  rate: number;
  /** Counts per bucket, not cumulative. */
  buckets: number[];
}

/** Routes that orchestrators and scrapers call: no user waits for them, and they would dilute every ratio. */
const PROBE_ROUTES = new Set(['/healthz', '/readyz', '/livez', '/health', '/metrics']);

const byTime = (a: { t: number }, b: { t: number }) => a.t - b.t;

/** Start of the second that ends at `time`, give or take the scrape's own delay. */
const endingAt = (time: number): number => Math.round(time) - 1;

/** Client points in order, each interval once (the last one written wins), impossible ones left out. */
export const clientPoints = (points: ClientPoint[]): ClientPoint[] => {
  const unique = new Map<number, ClientPoint>();
  for (const point of points) {
    if (Number.isFinite(point.t) && point.seconds > 0) unique.set(point.t, point);
  }
  return [...unique.values()].sort(byTime);
};

const withoutRepeats = (points: RedSeries['points']) => [...new Map(points.map((p) => [p.t, p])).values()];

/** The series of one service (all of them where null), probes left out. */
export const userRoutes = (red: RedSeries[], service: string | null): RedSeries[] =>
  red.filter((series) => (service === null || series.service === service) && !PROBE_ROUTES.has(series.route));

/** Fewer increments than this do not tell how far apart the scrapes are. */
const MIN_STEPS = 3;
/** So many of each series do. */
const MANY_STEPS = 20;

/**
 * Seconds between the scrapes: the median of all increments, 1 at least. A system that is not ours may be scraped every
 * 5 or 15 s, and a long window is answered in larger steps.
 */
export const stepOf = (red: RedSeries[]): number => {
  const seconds = red
    .flatMap(({ points }) => points.slice(0, MANY_STEPS).map((point) => point.seconds))
    .sort((a, b) => a - b);
  return seconds.length < MIN_STEPS ? 1 : Math.max(1, Math.round(seconds[seconds.length >> 1]!));
};

/**
 * Start of the step to which an increment that ended at `time` goes: of the clock's steps the one in which its middle
 * lies, so that instances that are scraped at different moments share their steps.
 */
const stepEndingAt = (time: number, step: number): number =>
  step === 1 ? endingAt(time) : Math.floor((time - step / 2) / step) * step;

/** Seconds of the steps that an increment is over: scrapes are never quite a step apart. */
const wholeSteps = (seconds: number, step: number): number =>
  Number.isFinite(seconds) ? Math.max(1, Math.round(seconds / step)) * step : step;

/**
 * Sums series into whole seconds, or into steps where the scrapes are further apart (`stepOf`). An increment between two
 * scrapes goes to the second or step that ends with it.
 * Buckets are added only between series of equal bounds: those of the first series with any. `step`: for sums of some of
 * the series that are compared with sums of others.
 */
export const sumRed = (red: RedSeries[], step = stepOf(red)): { bounds: number[]; points: RedPoint[] } => {
  const bounds = red.find((series) => series.bounds.length > 0)?.bounds ?? [];
  const seconds = new Map<number, RedPoint>();
  for (const series of red) {
    const comparable =
      series.bounds.length === bounds.length && series.bounds.every((b, i) => b === bounds[i]);
    for (const point of withoutRepeats(series.points)) {
      const t = stepEndingAt(point.t, step);
      if (!Number.isFinite(t)) continue;
      const sum = seconds.get(t) ?? {
        t,
        seconds: step,
        requests: 0,
        rate: 0,
        failures: 0,
        p95: null,
        buckets: new Array<number>(bounds.length + 1).fill(0),
      };
      sum.requests += point.requests;
      sum.rate += point.requests / wholeSteps(point.seconds, step);
      sum.failures += Math.min(point.errors, point.requests);
      if (comparable) sum.buckets = sum.buckets.map((count, i) => count + (point.buckets[i] ?? 0));
      seconds.set(t, sum);
    }
  }
  const points = [...seconds.values()].sort(byTime);
  for (const point of points) point.p95 = bucketQuantile(0.95, bounds, point.buckets);
  return { bounds, points };
};

/** Buckets of all points together; empty ones where a point has none. */
export const addBuckets = (points: RedPoint[], bounds: number[]): number[] =>
  points.reduce<number[]>(
    (sum, { buckets }) => sum.map((count, i) => count + (buckets[i] ?? 0)),
    new Array<number>(bounds.length + 1).fill(0),
  );

/** Mean of all instances of a runtime series by whole second; seconds without a finite value are left out. */
export const runtimePoints = (
  runtime: RuntimeSeries[],
  name: string,
): { service: string; points: Point[] } => {
  const series = runtime.filter((one) => one.name === name);
  const seconds = new Map<number, number[]>();
  for (const [time, value] of series.flatMap(({ points }) => points)) {
    if (!Number.isFinite(time) || !Number.isFinite(value)) continue;
    const t = endingAt(time);
    seconds.set(t, [...(seconds.get(t) ?? []), value]);
  }
  const points = [...seconds]
    .map(([t, values]) => ({
      t,
      seconds: 1,
      requests: values.length,
      failures: 0,
      p95: values.reduce((sum, value) => sum + value, 0) / values.length,
    }))
    .sort(byTime);
  return { service: series.map(({ service }) => service).sort()[0] ?? '', points };
};
