import type { Window } from '../../../../reports/record/common.ts';
import type { RedSeries } from '../../../../reports/record/evidence.ts';
import type { Names } from '../options.ts';
import type { PrometheusQuestion } from './api.ts';
import {
  findHistograms,
  type Histograms,
  histogramSelectors,
  type Part,
  partOf,
  secondsPer,
} from './histograms.ts';
import { instanceOf, isFailed, methodOf, routeOf, serviceOf } from './identity.ts';
import { type Increase, increasesOf } from './increases.ts';
import { type Labels, numberOf, type Series } from './matrix.ts';
import { fetchTargets } from './sampling.ts';
import type { Target } from './targets.ts';

type Point = RedSeries['points'][number];

/** Increases of one (service, instance, route, method) at one time, over status codes and what else tells series apart. */
interface Sums {
  seconds: number;
  count: number;
  failed: number;
  sum: number;
  /** Cumulative, by upper bound. */
  buckets: Map<number, number>;
}

interface Group {
  identity: Pick<RedSeries, 'service' | 'instance' | 'route' | 'method'>;
  bounds: Set<number>;
  at: Map<number, Sums>;
}

/** A bound in seconds, without the digits that a change of unit adds. */
const boundOf = (le: string, scale: number): number => {
  const bound = numberOf(le) * scale;
  return scale === 1 || !Number.isFinite(bound) ? bound : Number(bound.toPrecision(12));
};

const sumsAt = (group: Group, { t, seconds }: Increase): Sums => {
  const sums = group.at.get(t) ?? { seconds, count: 0, failed: 0, sum: 0, buckets: new Map() };
  sums.seconds = Math.max(sums.seconds, seconds);
  group.at.set(t, sums);
  return sums;
};

interface Kind {
  part: Part;
  bound: number | null;
  failed: boolean;
  scale: number;
}

const add = (sums: Sums, { part, bound, failed, scale }: Kind, increase: number): void => {
  if (part === 'sum') sums.sum += increase * scale;
  else if (part === 'count') {
    sums.count += increase;
    if (failed) sums.failed += increase;
  } else if (bound !== null) sums.buckets.set(bound, (sums.buckets.get(bound) ?? 0) + increase);
};

/** Counts per bucket from cumulative ones: each less the one before it. */
const perBucket = (cumulative: number[]): number[] =>
  cumulative.map((count, i) => Math.max(0, count - (i > 0 ? cumulative[i - 1]! : 0)));

const pointOf = (t: number, { seconds, count, failed, sum, buckets }: Sums, bounds: number[]): Point => ({
  t,
  seconds,
  requests: count,
  errors: failed,
  durationSum: Math.max(0, sum),
  buckets: perBucket([...bounds.map((bound) => buckets.get(bound) ?? 0), count]),
});

const seriesOf = ({ identity, bounds, at }: Group): RedSeries => {
  const sorted = [...bounds].sort((a, b) => a - b);
  const points = [...at].sort(([a], [b]) => a - b).map(([t, sums]) => pointOf(t, sums, sorted));
  return { ...identity, bounds: sorted, points };
};

const kindOf = (labels: Labels, names: Names): Kind | null => {
  const found = partOf(labels);
  if (!found) return null;
  const scale = secondsPer(found.histogram);
  const bound = found.part === 'bucket' ? boundOf(labels.le ?? '+Inf', scale) : null;
  return { part: found.part, bound, failed: isFailed(labels, names), scale };
};

const groupOf = (groups: Map<string, Group>, labels: Labels, names: Names): Group => {
  const identity = {
    service: serviceOf(labels, names),
    instance: instanceOf(labels, names),
    route: routeOf(labels, names),
    method: methodOf(labels, names),
  };
  const key = JSON.stringify(Object.values(identity));
  const group = groups.get(key) ?? { identity, bounds: new Set(), at: new Map() };
  groups.set(key, group);
  return group;
};

const isIn =
  ({ from, to }: Window) =>
  ({ t }: { t: number }): boolean =>
    t >= from && t < to;

const addSeries = (groups: Map<string, Group>, series: Series, increases: Increase[], names: Names): void => {
  const kind = kindOf(series.labels, names);
  if (!kind || increases.length === 0) return;
  const group = groupOf(groups, series.labels, names);
  if (kind.bound !== null && Number.isFinite(kind.bound)) group.bounds.add(kind.bound);
  for (const increase of increases) add(sumsAt(group, increase), kind, increase.increase);
};

const ofTarget = (target: Target, histograms: Histograms, window: Window, names: Names): RedSeries[] => {
  const groups = new Map<string, Group>();
  for (const [series, increases] of increasesOf(target)) {
    const histogram = histograms.byService.get(serviceOf(series.labels, names));
    if (partOf(series.labels)?.histogram !== histogram) continue;
    addSeries(groups, series, increases.filter(isIn(window)), names);
  }
  return [...groups.values()].map(seriesOf).filter(({ points }) => points.length > 0);
};

const pointsIn = (all: RedSeries[]): number => all.reduce((total, { points }) => total + points.length, 0);

const replicaOf = ({ service, instance }: RedSeries): string => JSON.stringify([service, instance]);

/**
 * Of several targets that show the same instance (scraped by two jobs, or by two copies of Prometheus) the one with the
 * most points: together they would count everything twice.
 */
const onceEach = (byTarget: RedSeries[][]): RedSeries[] => {
  const best = new Map<string, RedSeries[]>();
  for (const target of byTarget)
    for (const key of new Set(target.map(replicaOf))) {
      const own = target.filter((series) => replicaOf(series) === key);
      if (pointsIn(own) > pointsIn(best.get(key) ?? [])) best.set(key, own);
    }
  return [...best.values()].flat();
};

const identityText = ({ service, instance, route, method }: RedSeries): string =>
  JSON.stringify([service, instance, route, method]);

/** RED series of what was scraped of the targets, by service, instance, route and method. */
export const redOf = (targets: Target[], histograms: Histograms, window: Window, names: Names): RedSeries[] =>
  onceEach(
    [...targets]
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map((target) => ofTarget(target, histograms, window, names)),
  ).sort((a, b) => (identityText(a) < identityText(b) ? -1 : 1));

/** Asks for the RED series of the window: from raw counters, never from `rate` or `increase`. */
export const askRed = async (
  question: PrometheusQuestion,
  names: Names,
  window: Window,
): Promise<RedSeries[]> => {
  const histograms = await findHistograms(question, names, window);
  if (histograms.byService.size === 0) return [];
  const { jobs, count } = histograms;
  const wanted = { selectors: histogramSelectors(histograms), jobs, count };
  return redOf(await fetchTargets(question, wanted, window), histograms, window, names);
};
