import type { SpikeWindow } from '../../../reports/analysis/index.ts';
import type { Exemplar, Span } from '../../../reports/record/evidence.ts';
import { METHODS, ROUTE, STATUSES } from '../http-attributes.ts';

/** The first of the attributes that is there; empty where none is. */
const text = (span: Span, ...names: string[]): string =>
  String(names.map((name) => span.attributes[name]).find((value) => value !== undefined) ?? '');

const statusOf = (span: Span): number | null => {
  const status = Number(text(span, ...STATUSES) || Number.NaN);
  return Number.isInteger(status) ? status : null;
};

/** The span by which a service took part: its first one that serves a request or a message. */
const entryOf = (spans: Span[], service: string): Span | undefined =>
  spans.find((span) => span.service === service && (span.kind === 'server' || span.kind === 'consumer'));

/**
 * What an exemplar of the spike's service would have said, read from a trace that a search found: only the last
 * exemplar of a series survives a scrape, so metrics alone leave most failures without one. Null when the service
 * took no part in the trace, or, for an error spike, when it did not fail there.
 */
export const exemplarFromTrace = (spans: Span[], { kind, service }: SpikeWindow): Exemplar | null => {
  const span = entryOf(spans, service);
  if (!span) return null;
  const status = statusOf(span);
  const failed = span.status === 'error' || (status !== null && (status >= 500 || status === 499));
  if (kind === 'error' && !failed) return null;
  return {
    time: span.start + span.duration,
    traceId: span.traceId,
    spanId: span.spanId,
    metric: 'trace',
    kind: kind === 'error' ? 'error' : 'duration',
    value: kind === 'error' ? 1 : span.duration,
    service,
    instance: span.instance,
    route: text(span, ROUTE),
    method: text(span, ...METHODS),
    status,
    origin: 'trace-search',
  };
};

/**
 * Whether the parent of every span is there. `called`: the service that a client calls whose own spans nobody keeps:
 * its server spans need no parent.
 */
export const isComplete = (spans: Span[], called?: string): boolean => {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const isFirst = ({ kind, service }: Span) => kind === 'server' && service === called;
  return spans.every((span) => span.parentSpanId === null || ids.has(span.parentSpanId) || isFirst(span));
};
