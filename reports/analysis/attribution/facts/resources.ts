import type { Window } from '../../../record/common.ts';
import type { RuntimeName, RuntimeSeries } from '../../../record/evidence.ts';
import { MAD_SCALE, median, robustScale, robustZ } from '../../statistics/median.ts';

/** How a runtime series of one instance differs from its steady phase. */
export interface ResourceShift {
  name: RuntimeName;
  service: string;
  instance: string;
  labels: Record<string, string>;
  /** Medians, in the series' unit. */
  steady: number;
  during: number;
  /** Means, for what comes and goes between two scrapes. */
  steadyMean: number;
  duringMean: number;
  /** The highest value of the window. */
  peak: number;
  /** Robust z of the window's median. */
  z: number;
  /** Share of the window's points above z = 4: what comes and goes shows here, not in the median. */
  abnormal: number;
  /** Units per second over the window (Theil-Sen), and over the steady phase. */
  slope: number;
  steadySlope: number;
  /** First point above z = 4, Unix seconds; null where none is. */
  from: number | null;
}

/**
 * Least scale of each series, in its unit: what moves by less has not moved, however quiet the steady phase was.
 * Read off steady phases of the shop at 20-40 requests/s; a fifth of the steady value where that is more.
 */
const FLOORS: Partial<Record<RuntimeName, number>> = {
  'process.cpu.utilization': 0.05,
  'nodejs.eventloop.delay.p99': 0.004,
  'v8js.memory.heap.used': 6e6,
  'v8js.gc.duration': 0.004,
  'http.server.active_requests': 1,
  'http.client.request.rate': 2,
  'http.client.retry.rate': 0.3,
  'db.client.connection.used': 1,
  'db.client.connection.idle': 1,
  'db.client.connection.pending_requests': 0.5,
  'db.client.connection.wait_time.mean': 0.003,
  'db.client.connection.create_time.mean': 0.02,
  'db.client.operation.duration.mean': 0.002,
  'db.client.operation.rate': 5,
  'postgresql.sessions.lock_waiting': 0.3,
  'postgresql.sessions.active': 0.5,
  'cache.hit.rate': 1.5,
  'cache.miss.rate': 1.5,
  'cache.error.rate': 0.3,
  'queue.depth': 2,
  'job.rate': 2,
  'job.duration.mean': 0.01,
  'capacity.slots.used': 1,
  'capacity.slots.waiting': 1,
};
const RELATIVE_FLOOR = 0.2;
const MIN_POINTS = 3;
/** Slopes are taken over at most so many points: the pairs grow with their square. */
const MAX_SLOPE_POINTS = 60;

type Points = [number, number][];

const within = ({ points }: RuntimeSeries, { from, to }: Window): Points =>
  points.filter(([time, value]) => time > from && time <= to && Number.isFinite(value));

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const valuesOf = (points: Points): number[] => points.map(([, value]) => value);

/** Median of the slopes of all pairs of points (Theil 1950, Sen 1968); 0 with fewer than two. */
export const theilSen = (points: Points): number => {
  const step = Math.ceil(points.length / MAX_SLOPE_POINTS);
  const some = points.filter((_, i) => i % Math.max(1, step) === 0);
  const slopes = some.flatMap(([t1, a], i) =>
    some.slice(i + 1).flatMap(([t2, b]) => (t2 > t1 ? [(b - a) / (t2 - t1)] : [])),
  );
  return slopes.length > 0 ? median(slopes) : 0;
};

/** A counter's series begins with its first event: before that its rate was nothing, where its instance was watched. */
const beforeOf = (series: RuntimeSeries, steady: Window, watched: Set<string>): Points => {
  const before = within(series, steady);
  return before.length === 0 && series.name.endsWith('.rate') && watched.has(series.instance)
    ? Array.from({ length: MIN_POINTS }, (_, i): [number, number] => [steady.from + i, 0])
    : before;
};

/** What drifts does harm only after a while: it is looked at from the end of the steady phase on. */
const DRIFTING = new Set<string>(['v8js.memory.heap.used']);

const compare = (
  series: RuntimeSeries,
  steady: Window,
  window: Window,
  watched: Set<string>,
): ResourceShift[] => {
  const floor = FLOORS[series.name as RuntimeName];
  const looked = DRIFTING.has(series.name)
    ? { from: Math.min(steady.to, window.from), to: window.to }
    : window;
  const [before, during] = [beforeOf(series, steady, watched), within(series, looked)];
  if (floor === undefined || before.length < MIN_POINTS || during.length === 0) return [];
  const usual = valuesOf(before);
  const centre = median(usual);
  const scale = robustScale(usual, Math.max(floor, (RELATIVE_FLOOR * Math.abs(centre)) / MAD_SCALE));
  const values = valuesOf(during);
  const peak = values.reduce((most, value) => Math.max(most, value));
  return [
    {
      name: series.name as RuntimeName,
      service: series.service,
      instance: series.instance,
      labels: series.labels,
      steady: centre,
      during: median(values),
      steadyMean: mean(usual),
      duringMean: mean(values),
      peak,
      z: robustZ(median(values), scale),
      abnormal: values.filter((value) => robustZ(value, scale) > 4).length / values.length,
      slope: theilSen(during),
      steadySlope: theilSen(before),
      from: during.find(([, value]) => robustZ(value, scale) > 4)?.[0] ?? null,
    },
  ];
};

const watchedIn = (runtime: RuntimeSeries[], steady: Window): Set<string> =>
  new Set(runtime.filter((series) => within(series, steady).length > 0).map(({ instance }) => instance));

const identity = ({ name, service, instance, labels }: RuntimeSeries): string =>
  JSON.stringify([name, service, instance, labels]);

/** Each runtime series in the window against its own steady phase; those with too little of either are left out. */
export const resourcesOf = (runtime: RuntimeSeries[], steady: Window, window: Window): ResourceShift[] => {
  const watched = watchedIn(runtime, steady);
  return [...runtime]
    .sort((a, b) => (identity(a) < identity(b) ? -1 : 1))
    .flatMap((series) => compare(series, steady, window, watched));
};
