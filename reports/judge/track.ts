import { isIn } from '../analysis/phases.ts';
import { clientPoints, sumRed, userRoutes } from '../analysis/series.ts';
import { bucketQuantile } from '../analysis/statistics/quantile.ts';
import { sketchQuantile } from '../analysis/statistics/sketch.ts';
import type { Window } from '../record/common.ts';
import { type ClientPoint, HISTOGRAM_GAMMA } from '../record/evidence.ts';
import type { Indicator } from '../record/indicator.ts';
import type { RunRecord } from '../record/record.ts';

/** What judging reads of a record: the series that stand in it, never the evidence folder. */
export type SeriesParts = Pick<RunRecord, 'series' | 'entryService'>;

/** Whose requests an indicator is about. */
export type Population = Pick<Indicator, 'viewpoint' | 'service' | 'operation'>;

/** Requests by bucket of their duration. */
export type Counts = ReadonlyMap<number, number>;

/** What happened in [t, t + seconds). */
export interface Interval {
  t: number;
  seconds: number;
  requests: number;
  failures: number;
  counts: Counts;
}

/** Requests known to be missing in [t, t + seconds); below 0 where more were counted than sent. */
export interface Missing {
  t: number;
  seconds: number;
  requests: number;
}

/** One population second by second, and what its buckets mean. */
export interface Track {
  intervals: Interval[];
  /**
   * What the load generator should have sent and dropped; of the entry service what the client sent and its counter does
   * not have. Which operation they were of nobody knows: each may have lost all of them. Sent and counted may fall into
   * neighbouring seconds, so only a sum over a window means something.
   */
  missing: Missing[];
  /** Quantile (0..1) in seconds; null when empty. */
  quantile(q: number, counts: Counts): number | null;
  /** Bounds of a bucket, seconds. */
  bounds(bucket: number): [lower: number, upper: number];
}

const overall = ({ series }: SeriesParts): ClientPoint[] => clientPoints(series.client?.overall ?? []);

const notNone = (missing: Missing[]): Missing[] => missing.filter(({ requests }) => requests !== 0);

const dropped = (parts: SeriesParts): Missing[] =>
  notNone(
    overall(parts).map(({ t, seconds, droppedIterations }) => ({ t, seconds, requests: droppedIterations })),
  );

const ofClient = (parts: SeriesParts, operation: string | null): Track | null => {
  const { client } = parts.series;
  const points =
    operation === null
      ? client?.overall
      : client?.operations.find((one) => one.operation === operation)?.points;
  if (!points || points.length === 0) return null;
  return {
    intervals: clientPoints(points).map(({ t, seconds, requests, failures, histogram }) => ({
      ...{ t, seconds, requests, failures },
      counts: new Map(Object.entries(histogram).map(([key, count]) => [Number(key), count])),
    })),
    missing: dropped(parts),
    quantile: (q, counts) => sketchQuantile(q, new Map(counts)),
    bounds: (bucket) => [HISTOGRAM_GAMMA ** (bucket - 1), HISTOGRAM_GAMMA ** bucket],
  };
};

/** What the client sent, less what the service counted; nothing where nobody can say. */
const uncounted = (parts: SeriesParts, service: string, counted: Missing[]): Missing[] => {
  const sent = service === parts.entryService ? overall(parts) : [];
  if (sent.length === 0) return [];
  return notNone([
    ...sent.map(({ t, seconds, attempts }) => ({ t, seconds, requests: attempts })),
    ...counted.map(({ t, seconds, requests }) => ({ t, seconds, requests: -requests })),
  ]);
};

const dense = (counts: Counts, length: number): number[] =>
  Array.from({ length }, (_, i) => counts.get(i) ?? 0);

const ofServer = (parts: SeriesParts, { service: named, operation }: Population): Track | null => {
  const service = named ?? parts.entryService;
  const all = userRoutes(parts.series.red, service);
  const red = all.filter(({ method, route }) => operation === null || `${method} ${route}` === operation);
  if (red.length === 0) return null;
  const { bounds, points } = sumRed(red);
  return {
    intervals: points.map(({ t, seconds, requests, failures, buckets }) => ({
      ...{ t, seconds, requests, failures },
      counts: new Map(buckets.flatMap((count, i) => (count > 0 ? [[i, count] as const] : []))),
    })),
    missing: uncounted(parts, service, sumRed(all).points),
    quantile: (q, counts) => bucketQuantile(q, bounds, dense(counts, bounds.length + 1)),
    bounds: (bucket) => [bounds[bucket - 1] ?? 0, bounds[bucket] ?? Number.POSITIVE_INFINITY],
  };
};

const made = new WeakMap<SeriesParts['series'], Map<string, Track | null>>();

const make = (parts: SeriesParts, population: Population): Track | null =>
  population.viewpoint === 'client' ? ofClient(parts, population.operation) : ofServer(parts, population);

/** The population's series in a record; null where it matches none. Made once a record. */
export const trackOf = (parts: SeriesParts, population: Population): Track | null => {
  const { viewpoint, service, operation } = population;
  const tracks = made.get(parts.series) ?? new Map<string, Track | null>();
  made.set(parts.series, tracks);
  const key = JSON.stringify([viewpoint, service ?? parts.entryService, operation]);
  const known = tracks.get(key);
  if (known !== undefined) return known;
  const track = make(parts, population);
  tracks.set(key, track);
  return track;
};

/** Operations that a population could name at that viewpoint. */
export const operationsAt = (parts: SeriesParts, { viewpoint, service }: Population): string[] => {
  const names =
    viewpoint === 'client'
      ? (parts.series.client?.operations ?? []).map(({ operation }) => operation)
      : userRoutes(parts.series.red, service ?? parts.entryService).map(
          ({ method, route }) => `${method} ${route}`,
        );
  return [...new Set(names)].sort();
};

/** Requests known to be missing in the window. */
export const missingIn = ({ missing }: Track, window: Window): number =>
  Math.max(
    0,
    missing.reduce((sum, one) => (isIn(one, window) ? sum + one.requests : sum), 0),
  );

/** All of them as one. */
export const mergeCounts = (intervals: Interval[]): Counts => {
  const merged = new Map<number, number>();
  for (const { counts } of intervals)
    for (const [bucket, count] of counts) merged.set(bucket, (merged.get(bucket) ?? 0) + count);
  return merged;
};
