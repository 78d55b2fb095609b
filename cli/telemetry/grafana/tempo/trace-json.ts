import type { Span } from '../../../../reports/record/evidence.ts';
import { spansOf } from '../../otlp-decode.ts';
import { InvalidOtlp, listOf, type Raw, rawOf, textOf } from '../../otlp-values.ts';
import { stripSpan } from '../../strip.ts';

/** A trace as Tempo answered it. */
export interface ParsedTrace {
  spans: Span[];
  /** Why it is known not to be whole; null when nothing says so. */
  partial: string | null;
}

/** Tempo writes protobuf's JSON, so ids are base64; what is hex already (OTLP/JSON, other makers) stays. */
const hexOf = (id: unknown): unknown => {
  if (typeof id !== 'string' || /^([0-9a-f]{16}|[0-9a-f]{32})$/i.test(id)) return id;
  return Buffer.from(id, 'base64').toString('hex');
};

const linkOf = (item: unknown): Raw => {
  const link = rawOf(item);
  return { ...link, traceId: hexOf(link.traceId), spanId: hexOf(link.spanId) };
};

const spanOf = (item: unknown): Raw => {
  const span = rawOf(item);
  const { traceId, spanId, parentSpanId } = span;
  return {
    ...span,
    traceId: hexOf(traceId),
    spanId: hexOf(spanId),
    parentSpanId: hexOf(parentSpanId),
    links: listOf(span.links).map(linkOf),
  };
};

/** Tempo before 1.5 wrote `instrumentationLibrarySpans`. */
const resourceOf = (item: unknown): Raw => {
  const resource = rawOf(item);
  const scopes = listOf(resource.scopeSpans ?? resource.instrumentationLibrarySpans).map(rawOf);
  return {
    ...resource,
    scopeSpans: scopes.map((scope) => ({ ...scope, spans: listOf(scope.spans).map(spanOf) })),
  };
};

/** Spans that began at the same time, in the order in which they ended: as they would have been sent. */
const byTime = (a: Span, b: Span): number => a.start - b.start || a.duration - b.duration;

/** Both sides of a call may share a span id, as B3 has it. */
const keyOf = ({ spanId, kind, service }: Span): string => JSON.stringify([spanId, kind, service]);

/** A sender that tried again, and replicas of Tempo, may bring a span twice. */
const once = (spans: Span[]): Span[] => [...new Map(spans.map((span) => [keyOf(span), span])).values()];

const isPartial = (status: unknown): boolean => status === 'PARTIAL' || status === 1;

/**
 * Spans, oldest first, of an answer of `/api/v2/traces/<id>` (`{trace: {resourceSpans}}`) or `/api/traces/<id>`
 * (`{batches}`); no spans for a trace that is not there. Throws InvalidOtlp for anything else.
 */
export const parseTrace = (body: unknown): ParsedTrace => {
  const answer = rawOf(body);
  const trace = rawOf(answer.trace ?? answer);
  if (!('trace' in answer || 'batches' in answer || 'resourceSpans' in answer) && Object.keys(answer).length)
    throw new InvalidOtlp('the answer is not a trace');
  const resources = listOf(trace.resourceSpans ?? trace.batches).map(resourceOf);
  const { items, rejected, reasons } = spansOf({ resourceSpans: resources });
  const unread = rejected ? `${rejected} spans could not be read: ${reasons.join(', ')}` : null;
  const partial = isPartial(answer.status)
    ? `partial trace: ${textOf(answer.message) || 'no reason given'}`
    : unread;
  return { spans: once(items.map(stripSpan)).sort(byTime), partial };
};
