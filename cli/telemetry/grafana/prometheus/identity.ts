import type { Names } from '../options.ts';
import type { Labels } from './matrix.ts';

/** The first of the labels that is there and not empty. */
const firstOf = (labels: Labels, names: string[]): string => {
  for (const name of names) if (labels[name]) return labels[name];
  return '';
};

/** `job` made of OTLP is `service.namespace/service.name`: the last part is the service. */
export const serviceOf = (labels: Labels, names: Names): string => {
  const label = names.service.find((name) => labels[name]);
  if (label === undefined) return '';
  return label === 'job' ? labels[label]!.slice(labels[label]!.lastIndexOf('/') + 1) : labels[label]!;
};

export const instanceOf = (labels: Labels, names: Names): string => firstOf(labels, names.instance);

export const methodOf = (labels: Labels, names: Names): string => firstOf(labels, names.method);

/** The route; of a span metric without one the span's name. */
export const routeOf = (labels: Labels, names: Names): string =>
  firstOf(labels, [...names.route, ...(isSpanMetric(labels) ? ['span_name'] : [])]);

/** HTTP status; null where there is none. */
export const statusOf = (labels: Labels, names: Names): number | null => {
  const status = Number(firstOf(labels, names.status) || Number.NaN);
  return Number.isInteger(status) ? status : null;
};

/** Metrics made of spans say which kind of span they count. */
export const isSpanMetric = (labels: Labels): boolean => labels.span_kind !== undefined;

export const SERVER_SPANS = 'SPAN_KIND_SERVER';
const FAILED_SPAN = 'STATUS_CODE_ERROR';

/** Failed as a request: 5xx, or 499 (the client gave up); of a span metric without a status, status error. */
export const isFailed = (labels: Labels, names: Names): boolean => {
  const status = statusOf(labels, names);
  return status === null ? labels.status_code === FAILED_SPAN : status >= 500 || status === 499;
};
