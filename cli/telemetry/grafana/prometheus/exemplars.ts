import type { Window } from '../../../../reports/record/common.ts';
import type { Exemplar } from '../../../../reports/record/evidence.ts';
import type { Found } from '../answer.ts';
import type { Names } from '../options.ts';
import type { PrometheusQuestion } from './api.ts';
import { bucketSelectors, secondsPer } from './histograms.ts';
import { instanceOf, isSpanMetric, methodOf, routeOf, serviceOf, statusOf } from './identity.ts';
import { type Labels, labelsOf, MalformedAnswer, METRIC_NAME, numberOf } from './matrix.ts';
import { selectorOf } from './promql.ts';

/** More exemplars than this in one answer are cut off, and the answer says so. */
const MAX_EXEMPLARS = 50_000;

const ERRORS = 'http_server_request_errors_total';
const JOBS = 'job_duration_seconds_bucket';

const TRACE_ID = ['trace_id', 'traceID', 'traceId'];
const SPAN_ID = ['span_id', 'spanID', 'spanId'];

const hexId = (labels: Labels, names: string[], digits: number): string | null => {
  const id =
    names
      .map((name) => labels[name])
      .find(Boolean)
      ?.toLowerCase() ?? '';
  const isHex = /^[0-9a-f]+$/.test(id) && (id.length === digits || id.length === 16);
  return isHex ? id.padStart(digits, '0') : null;
};

interface RawExemplar {
  series: Labels;
  labels: Labels;
  value: number;
  /** Unix seconds. */
  time: number;
}

const rawOf = (series: Labels, item: unknown): RawExemplar => {
  const { labels, value, timestamp } = (item ?? {}) as Record<string, unknown>;
  if (typeof timestamp !== 'number') throw new MalformedAnswer('an exemplar has no time');
  return { series, labels: labelsOf(labels), value: numberOf(value), time: timestamp };
};

/** Reads the `data` of an answer of `query_exemplars`. Throws MalformedAnswer. */
export const parseExemplars = (data: unknown): RawExemplar[] => {
  if (!Array.isArray(data)) throw new MalformedAnswer('the exemplars are no list');
  return data.flatMap((item) => {
    const { seriesLabels, exemplars } = (item ?? {}) as Record<string, unknown>;
    if (!Array.isArray(exemplars)) throw new MalformedAnswer('the exemplars of a series are no list');
    const series = labelsOf(seriesLabels);
    return exemplars.map((one) => rawOf(series, one));
  });
};

const exemplarOf = ({ series, labels, value, time }: RawExemplar, names: Names): Exemplar | null => {
  const traceId = hexId(labels, TRACE_ID, 32);
  if (traceId === null || !Number.isFinite(value)) return null;
  const metric = series[METRIC_NAME]!.replace(/_bucket$/, '');
  const isError = metric === ERRORS;
  return {
    ...{ time, traceId, spanId: hexId(labels, SPAN_ID, 16), metric },
    ...(isError ? { kind: 'error', value: 1 } : { kind: 'duration', value: value * secondsPer(metric) }),
    service: serviceOf(series, names),
    instance: instanceOf(series, names),
    route: routeOf(series, names) || (series.queue ?? ''),
    method: methodOf(series, names),
    status: statusOf(series, names),
    origin: 'metric',
  };
};

const keyOf = ({ metric, traceId, time, service, instance }: Exemplar): string =>
  JSON.stringify([metric, traceId, time, service, instance]);

const orderOf = ({ time, service, instance, metric, traceId }: Exemplar): [number, string] => [
  time,
  JSON.stringify([service, instance, metric, traceId]),
];

const byTime = (a: Exemplar, b: Exemplar): number => {
  const [[timeA, textA], [timeB, textB]] = [orderOf(a), orderOf(b)];
  return timeA - timeB || (textA < textB ? -1 : 1);
};

/** Those of spans stand in only for services that have none of their own. */
const withoutDoubles = (found: RawExemplar[], names: Names): RawExemplar[] => {
  const own = new Set(
    found.filter(({ series }) => !isSpanMetric(series)).map(({ series }) => serviceOf(series, names)),
  );
  return found.filter(({ series }) => !isSpanMetric(series) || !own.has(serviceOf(series, names)));
};

/** Exemplars whose observation lies in the window, each once, oldest first. */
export const exemplarsOf = (data: unknown, names: Names, { from, to }: Window): Exemplar[] => {
  const found = withoutDoubles(parseExemplars(data), names)
    .filter(({ time }) => time >= from && time < to)
    .flatMap((raw) => exemplarOf(raw, names) ?? []);
  return [...new Map(found.map((exemplar) => [keyOf(exemplar), exemplar])).values()].sort(byTime);
};

/** Asks for the exemplars of served requests, failed ones, and jobs. */
export const askExemplars = async (
  question: PrometheusQuestion,
  names: Names,
  window: Window,
): Promise<Found<Exemplar[]>> => {
  const expression = [...bucketSelectors(names), selectorOf([ERRORS, JOBS])].join(' or ');
  const all = await question.exemplars(expression, window, (data) => exemplarsOf(data, names, window));
  const value = all.slice(0, MAX_EXEMPLARS);
  return { value, rows: value.length, truncated: all.length > value.length };
};
