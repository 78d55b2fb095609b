import type { AttributeValue } from '../../reports/record/common.ts';
import type { Span } from '../../reports/record/evidence.ts';

/** Spans as OTLP/JSON (opentelemetry-proto, trace/v1; JSON mapping as the OTLP specification has it). */

const KINDS: Record<Span['kind'], number> = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 };
const STATUS: Record<Span['status'], number> = { unset: 0, ok: 1, error: 2 };

/** Nanoseconds as text: a double holds Unix time to the microsecond and no finer. */
const nanoseconds = (seconds: number): string => `${Math.round(seconds * 1e6)}000`;

const anyValue = (value: AttributeValue): object => {
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'string') return { stringValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
};

const keyValues = (attributes: Record<string, AttributeValue>) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));

const otlpSpan = (span: Span) => ({
  traceId: span.traceId,
  spanId: span.spanId,
  ...(span.parentSpanId ? { parentSpanId: span.parentSpanId } : {}),
  flags: 1,
  name: span.name,
  kind: KINDS[span.kind],
  startTimeUnixNano: nanoseconds(span.start),
  endTimeUnixNano: nanoseconds(span.start + span.duration),
  attributes: keyValues(span.attributes),
  status: { code: STATUS[span.status], ...(span.statusMessage ? { message: span.statusMessage } : {}) },
});

/** The body of a `POST /v1/traces` for spans of one resource and one instrumentation scope. */
export const exportRequest = (
  spans: Span[],
  resource: Record<string, AttributeValue>,
  scope: { name: string; version: string },
) => ({
  resourceSpans: [
    {
      resource: { attributes: keyValues(resource) },
      scopeSpans: [{ scope, spans: spans.map(otlpSpan) }],
    },
  ],
});
