import type { Window } from '../../../../reports/record/common.ts';
import type { Names } from '../options.ts';
import type { PrometheusQuestion } from './api.ts';
import { SERVER_SPANS, serviceOf } from './identity.ts';
import { type Labels, METRIC_NAME } from './matrix.ts';
import { oneOf, selectorOf } from './promql.ts';

const PARTS = ['bucket', 'count', 'sum'] as const;
export type Part = (typeof PARTS)[number];

/** Series of one (service, instance, route, status) for each of its counts: usual buckets, and sum. */
const SERIES_PER_COUNT = 16;

const isOfSpans = (histogram: string): boolean => histogram.startsWith('traces');

const spanMatchers = (histogram: string): string[] =>
  isOfSpans(histogram) ? [oneOf('span_kind', [SERVER_SPANS])] : [];

/** Factor from the unit in the histogram's name to seconds. */
export const secondsPer = (histogram: string): number => (/_(milliseconds|ms)$/.test(histogram) ? 1e-3 : 1);

/** Which histogram tells of served requests, for each service. */
export interface Histograms {
  byService: Map<string, string>;
  jobs: string[];
  /** About how many series they have. */
  count: number;
}

const histogramOf = (labels: Labels): string => labels[METRIC_NAME]!.replace(/_count$/, '');

/** For each service the first of the configured histograms that has data in the window. */
export const findHistograms = async (
  question: PrometheusQuestion,
  names: Names,
  window: Window,
): Promise<Histograms> => {
  const match = names.serverDuration.map((histogram) =>
    selectorOf([`${histogram}_count`], spanMatchers(histogram)),
  );
  const found = await question.series(match, window);
  const byService = new Map<string, string>();
  for (const histogram of names.serverDuration)
    for (const labels of found.filter((one) => histogramOf(one) === histogram)) {
      const service = serviceOf(labels, names);
      if (!byService.has(service)) byService.set(service, histogram);
    }
  const used = found.filter((labels) => byService.get(serviceOf(labels, names)) === histogramOf(labels));
  const jobs = [...new Set(used.flatMap(({ job }) => (job ? [job] : [])))];
  return { byService, jobs, count: used.length * SERIES_PER_COUNT };
};

/** One selector for each histogram in use, of all its parts. */
export const histogramSelectors = ({ byService }: Histograms): string[] =>
  [...new Set(byService.values())].map((histogram) =>
    selectorOf(
      PARTS.map((part) => `${histogram}_${part}`),
      spanMatchers(histogram),
    ),
  );

/** The histogram and part that a series is of. */
export const partOf = (labels: Labels): { histogram: string; part: Part } | null => {
  const [, histogram, part] = /^(.*)_(bucket|count|sum)$/.exec(labels[METRIC_NAME] ?? '') ?? [];
  return histogram === undefined ? null : { histogram, part: part as Part };
};

/** Selectors of every configured histogram's buckets, those of spans for served requests only. */
export const bucketSelectors = ({ serverDuration }: Names): string[] => {
  const plain = serverDuration.filter((histogram) => !isOfSpans(histogram));
  const ofSpans = serverDuration.filter(isOfSpans);
  const bucketsOf = (histograms: string[]) => histograms.map((histogram) => `${histogram}_bucket`);
  return [
    ...(plain.length > 0 ? [selectorOf(bucketsOf(plain))] : []),
    ...(ofSpans.length > 0 ? [selectorOf(bucketsOf(ofSpans), [oneOf('span_kind', [SERVER_SPANS])])] : []),
  ];
};
