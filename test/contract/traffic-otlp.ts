import type { Attributes, AttributeValue } from '../../reports/record/common.ts';
import { type Log, SEVERITIES, type Span } from '../../reports/record/evidence.ts';

/** Spans and logs of the record as OTLP/JSON requests, one resource a service instance. */
const nanos = (seconds: number): string => `${Math.round(seconds * 1e6)}000`;

const anyValue = (value: AttributeValue): object => {
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
};

const keyValues = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const STATUSES = ['unset', 'ok', 'error'];

const spanMessage = (span: Span) => ({
  traceId: span.traceId,
  spanId: span.spanId,
  ...(span.parentSpanId ? { parentSpanId: span.parentSpanId } : {}),
  name: span.name,
  kind: KINDS.indexOf(span.kind),
  startTimeUnixNano: nanos(span.start),
  endTimeUnixNano: nanos(span.start + span.duration),
  attributes: keyValues(span.attributes),
  events: span.events.map((event) => ({
    timeUnixNano: nanos(event.time),
    name: event.name,
    attributes: keyValues(event.attributes),
  })),
  links: span.links,
  status: {
    code: STATUSES.indexOf(span.status),
    ...(span.statusMessage ? { message: span.statusMessage } : {}),
  },
});

const logMessage = (log: Log) => ({
  timeUnixNano: nanos(log.time),
  severityNumber: SEVERITIES.indexOf(log.severity) * 4 + 1,
  severityText: log.severity,
  body: { stringValue: log.body },
  attributes: keyValues(log.attributes),
  ...(log.traceId ? { traceId: log.traceId } : {}),
  ...(log.spanId ? { spanId: log.spanId } : {}),
});

const byInstance = <T extends { service: string; instance: string }>(items: T[]): T[][] => {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(item.instance, [...(groups.get(item.instance) ?? []), item]);
  return [...groups.values()];
};

const resourceOf = ({ service, instance }: { service: string; instance: string }) => ({
  attributes: keyValues({
    'service.name': service,
    'service.instance.id': instance,
    'obsctl.run.id': 'run-1',
  }),
});

/** An ExportTraceServiceRequest. */
export const traceRequest = (spans: Span[]) => ({
  resourceSpans: byInstance(spans).map((group) => ({
    resource: resourceOf(group[0]!),
    scopeSpans: [{ spans: group.map(spanMessage) }],
  })),
});

/** An ExportLogsServiceRequest. */
export const logRequest = (logs: Log[]) => ({
  resourceLogs: byInstance(logs).map((group) => ({
    resource: resourceOf(group[0]!),
    scopeLogs: [{ logRecords: group.map(logMessage) }],
  })),
});
