import type { Window } from '../../../../reports/record/common.ts';
import { RUNTIME_UNITS, type RuntimeSeries } from '../../../../reports/record/evidence.ts';
import { RUNTIME_METRICS, type RuntimeMapping } from '../../runtime-metrics.ts';
import type { Names } from '../options.ts';
import type { PrometheusQuestion } from './api.ts';
import { instanceOf, serviceOf } from './identity.ts';
import { type Increase, increasesOf } from './increases.ts';
import { type Labels, METRIC_NAME, type Sample, type Series } from './matrix.ts';
import { OTEL_RUNTIME_METRICS } from './otel-runtime-metrics.ts';
import {
  isPipelineMetric,
  PIPELINE_METRICS,
  type PipelineTotals,
  pipelineSeries,
  pipelineTotals,
} from './pipeline-metrics.ts';
import { oneOf, selectorOf } from './promql.ts';
import { fetchTargets } from './sampling.ts';
import { pointsOf, START_TIME, type Target, UP } from './targets.ts';

/** Scraped names first: where both are there, they are what the embedded source has too. */
const MAPPINGS: RuntimeMapping[] = [...RUNTIME_METRICS, ...OTEL_RUNTIME_METRICS];

/** More series than that are narrowed to the jobs that serve requests. */
const MAX_SERIES = 20_000;

const METRICS = [
  ...new Set([
    ...MAPPINGS.flatMap(({ metric, over }) => (over ? [metric, over] : [metric])),
    ...PIPELINE_METRICS,
  ]),
];

const pick = (labels: Labels, keep: string[]): Labels =>
  Object.fromEntries(keep.flatMap((name) => (labels[name] ? [[name, labels[name]]] : [])));

const matches = (labels: Labels, where: Labels): boolean =>
  Object.entries(where).every(([name, value]) => labels[name] === value);

/** What the series of one (service, instance, kept labels) add up to at one time. */
interface Sums {
  value: number | null;
  increase: number | null;
  seconds: number;
  over: number;
}

interface Group {
  service: string;
  instance: string;
  labels: Labels;
  at: Map<number, Sums>;
}

const sumsAt = (at: Map<number, Sums>, t: number): Sums => {
  const sums = at.get(t) ?? { value: null, increase: null, seconds: 0, over: 0 };
  at.set(t, sums);
  return sums;
};

const addOwn = (group: Group, samples: Sample[], increases: Increase[], as: RuntimeMapping['as']): void => {
  if (as === 'value') {
    for (const [t, value] of samples) {
      const sums = sumsAt(group.at, t);
      if (Number.isFinite(value)) sums.value = (sums.value ?? 0) + value;
    }
  } else
    for (const { t, seconds, increase } of increases) {
      const sums = sumsAt(group.at, t);
      sums.increase = (sums.increase ?? 0) + increase;
      sums.seconds = seconds;
    }
};

const pointValue = (as: RuntimeMapping['as'], { value, increase, seconds, over }: Sums): number | null => {
  if (as === 'value') return value;
  if (increase === null) return null;
  if (as === 'rate') return increase / seconds;
  return over > 0 ? increase / over : null;
};

const seriesOf = ({ name, as }: RuntimeMapping, group: Group, { from, to }: Window): RuntimeSeries => ({
  ...{ name, unit: RUNTIME_UNITS[name], service: group.service, instance: group.instance },
  labels: group.labels,
  points: [...group.at]
    .filter(([t]) => t >= from && t < to)
    .sort(([a], [b]) => a - b)
    .flatMap(([t, sums]) => {
      const value = pointValue(as, sums);
      return value === null ? [] : [[t, value] as [number, number]];
    }),
});

type Increases = Map<Series, Increase[]>;

/** The runtime series that one mapping makes of one target. */
const mapped = (
  mapping: RuntimeMapping,
  { target, series, increases }: { target: Target; series: Series[]; increases: Increases },
  names: Names,
  window: Window,
): RuntimeSeries[] => {
  const groups = new Map<string, Group>();
  for (const one of series) {
    const metric = one.labels[METRIC_NAME]!;
    if ((metric !== mapping.metric && metric !== mapping.over) || !matches(one.labels, mapping.where ?? {}))
      continue;
    const labels = pick(one.labels, mapping.keep ?? []);
    const [service, instance] = [serviceOf(one.labels, names), instanceOf(one.labels, names)];
    const key = JSON.stringify([service, instance, labels]);
    const group = groups.get(key) ?? { service, instance, labels, at: new Map() };
    groups.set(key, group);
    const increase = increases.get(one) ?? [];
    if (metric === mapping.metric) addOwn(group, pointsOf(target, one), increase, mapping.as);
    else for (const { t, increase: over } of increase) sumsAt(group.at, t).over += over;
  }
  return [...groups.values()]
    .map((group) => seriesOf(mapping, group, window))
    .filter(({ points }) => points.length > 0);
};

const pointsIn = (all: RuntimeSeries[]): number =>
  all.reduce((total, { points }) => total + points.length, 0);

/** Series of a target, and how good a source of a series it is where several have it: scraped before pushed. */
interface Made {
  rank: number;
  series: RuntimeSeries[];
}

const madeOf = (target: Target, names: Names, window: Window): Made[] => {
  const increases = increasesOf(target);
  const series = target.up ? [...target.series, target.up] : target.series;
  return MAPPINGS.map((mapping, i) => ({
    rank: (target.up ? 0 : MAPPINGS.length) + i,
    series: mapped(mapping, { target, series, increases }, names, window),
  })).filter((made) => made.series.length > 0);
};

const replicaOf = ({ name, service, instance }: RuntimeSeries): string =>
  JSON.stringify([name, service, instance]);

/** Each series of an instance from one place only: the best rank, then the most points. */
const onceEach = (made: Made[]): RuntimeSeries[] => {
  const best = new Map<string, RuntimeSeries[]>();
  for (const { series } of [...made].sort(
    (a, b) => a.rank - b.rank || pointsIn(b.series) - pointsIn(a.series),
  ))
    for (const key of new Set(series.map(replicaOf)))
      if (!best.has(key))
        best.set(
          key,
          series.filter((one) => replicaOf(one) === key),
        );
  return [...best.values()].flat();
};

const order = ({ name, service, instance, labels }: RuntimeSeries): string =>
  JSON.stringify([name, service, instance, labels]);

/** Runtime series of the targets, and the telemetry pipeline's own. */
export const runtimeOf = (targets: Target[], names: Names, window: Window): RuntimeSeries[] => {
  const sorted = [...targets].sort((a, b) => (a.key < b.key ? -1 : 1));
  return [
    ...onceEach(sorted.flatMap((target) => madeOf(target, names, window))),
    ...sorted.flatMap((target) => pipelineSeries(target, names, window)),
  ].sort((a, b) => (order(a) < order(b) ? -1 : 1));
};

const jobsOf = (found: Labels[]): string[] => [...new Set(found.flatMap(({ job }) => (job ? [job] : [])))];

/** Jobs whose runtime tells of the system: all, or where that is too much those that serve requests, and the pipeline. */
const narrowed = (found: Labels[], serving: string[]): string[] =>
  found.length <= MAX_SERIES
    ? jobsOf(found)
    : jobsOf(
        found.filter(
          (labels) => serving.includes(labels.job ?? '') || isPipelineMetric(labels[METRIC_NAME] ?? ''),
        ),
      );

/** Runtime series, and what the collectors counted in the window; null where none is scraped. */
export interface Runtime {
  series: RuntimeSeries[];
  pipeline: PipelineTotals | null;
}

/** Asks for the runtime series of the window. `serving`: jobs that serve requests. */
export const askRuntime = async (
  question: PrometheusQuestion,
  names: Names,
  window: Window,
  serving: () => Promise<string[]>,
): Promise<Runtime> => {
  const found = await question.series([selectorOf([...METRICS, UP])], window);
  if (found.length === 0) return { series: [], pipeline: null };
  const isTooMuch = found.length > MAX_SERIES;
  const jobs = narrowed(found, isTooMuch ? await serving() : []);
  const metrics = METRICS.filter((name) => name !== UP && name !== START_TIME);
  const wanted = {
    selectors: [selectorOf(metrics, isTooMuch ? [oneOf('job', jobs)] : [])],
    jobs,
    count: isTooMuch ? MAX_SERIES : found.length,
  };
  const targets = await fetchTargets(question, wanted, window);
  return { series: runtimeOf(targets, names, window), pipeline: pipelineTotals(targets, window) };
};
