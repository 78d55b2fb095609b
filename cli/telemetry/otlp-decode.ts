import type { Log, Severity, Span } from '../../reports/record/evidence.ts';
import { SEVERITIES } from '../../reports/record/evidence.ts';
import {
  attributesOf,
  bodyOf,
  halvesOf,
  InvalidOtlp,
  idOf,
  listOf,
  type Raw,
  rawOf,
  secondsBetween,
  secondsOf,
  textOf,
} from './otlp-values.ts';
import { stripOwn } from './strip.ts';

/** What a request held: the valid items, how many were not, and why. */
export interface Decoded<T> {
  items: T[];
  rejected: number;
  reasons: string[];
}

interface Origin {
  service: string;
  instance: string;
}

const KINDS = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const KIND_NAMES = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const STATUSES = ['unset', 'ok', 'error'] as const;
const STATUS_NAMES = ['UNSET', 'OK', 'ERROR'];
const MAX_REASONS = 3;

/** Index of an enumeration that JSON may write as number or as name; unknown ones count as 0 (unspecified). */
const enumIndex = (value: unknown, prefix: string, names: string[]): number => {
  if (typeof value === 'number') return value in names ? value : 0;
  if (typeof value !== 'string') return 0;
  return Math.max(0, names.indexOf(value.replace(prefix, '')));
};

const originOf = (resource: unknown): Origin => {
  const attributes = attributesOf(rawOf(resource).attributes);
  return {
    service: String(attributes['service.name'] ?? 'unknown_service'),
    instance: String(attributes['service.instance.id'] ?? ''),
  };
};

const required = (id: string | null, name: string): string => {
  if (id === null) throw new InvalidOtlp(`${name} is missing`);
  return id;
};

const eventOf = (item: unknown): Span['events'][number] => {
  const event = rawOf(item);
  return {
    time: secondsOf(halvesOf(event.timeUnixNano)),
    name: textOf(event.name),
    attributes: attributesOf(event.attributes),
  };
};

const linksOf = (list: unknown): Span['links'] =>
  listOf(list).flatMap((item) => {
    const link = rawOf(item);
    const traceId = idOf(link.traceId, 16, 'link.trace_id');
    const spanId = idOf(link.spanId, 8, 'link.span_id');
    return traceId && spanId ? [{ traceId, spanId }] : [];
  });

const spanOf = (span: Raw, origin: Origin): Span => {
  const start = halvesOf(span.startTimeUnixNano);
  const duration = secondsBetween(start, halvesOf(span.endTimeUnixNano));
  if (duration < 0) throw new InvalidOtlp('the span ends before it starts');
  const status = rawOf(span.status);
  return {
    traceId: required(idOf(span.traceId, 16, 'trace_id'), 'trace_id'),
    spanId: required(idOf(span.spanId, 8, 'span_id'), 'span_id'),
    parentSpanId: idOf(span.parentSpanId, 8, 'parent_span_id'),
    name: textOf(span.name),
    kind: KINDS[enumIndex(span.kind, 'SPAN_KIND_', KIND_NAMES)]!,
    ...origin,
    start: secondsOf(start),
    duration,
    status: STATUSES[enumIndex(status.code, 'STATUS_CODE_', STATUS_NAMES)]!,
    statusMessage: textOf(status.message) || null,
    attributes: attributesOf(span.attributes),
    events: listOf(span.events).map(eventOf),
    links: linksOf(span.links),
  };
};

/** OTLP has 24 severities, four to a name, from TRACE on; without a number the text decides, then `info`. */
export const severityOf = (number: unknown, text: string): Severity => {
  const fromName = typeof number === 'string' ? number.replace('SEVERITY_NUMBER_', '') : text;
  if (typeof number === 'number' && number >= 1 && number <= 24)
    return SEVERITIES[Math.floor((number - 1) / 4)]!;
  return SEVERITIES.find((name) => fromName.toLowerCase().startsWith(name)) ?? 'info';
};

/** The body as one text; a structured body is written as JSON, without our own keys (they cannot be found later). */
const logText = (any: unknown): string => {
  const body = bodyOf(any);
  return typeof body === 'string' ? body : JSON.stringify(stripOwn(body));
};

const logOf = (log: Raw, origin: Origin): Log => ({
  time:
    secondsOf(halvesOf(log.timeUnixNano)) ||
    secondsOf(halvesOf(log.observedTimeUnixNano)) ||
    Date.now() / 1000,
  ...origin,
  severity: severityOf(log.severityNumber, textOf(log.severityText)),
  body: logText(log.body),
  traceId: idOf(log.traceId, 16, 'trace_id'),
  spanId: idOf(log.spanId, 8, 'span_id'),
  attributes: attributesOf(log.attributes),
});

/** Decodes one item; what is wrong with it is counted, never thrown. */
const take = <T>(
  into: Decoded<T>,
  item: unknown,
  origin: Origin,
  decode: (raw: Raw, origin: Origin) => T,
): void => {
  try {
    into.items.push(decode(rawOf(item), origin));
  } catch (error) {
    if (!(error instanceof InvalidOtlp)) throw error;
    into.rejected += 1;
    if (into.reasons.length < MAX_REASONS && !into.reasons.includes(error.message))
      into.reasons.push(error.message);
  }
};

const walk = <T>(
  message: unknown,
  [resources, scopes, leaves]: [string, string, string],
  decode: (raw: Raw, origin: Origin) => T,
): Decoded<T> => {
  const decoded: Decoded<T> = { items: [], rejected: 0, reasons: [] };
  for (const resource of listOf(rawOf(message)[resources]).map(rawOf)) {
    const origin = originOf(resource.resource);
    for (const scope of listOf(resource[scopes]).map(rawOf)) {
      for (const item of listOf(scope[leaves])) take(decoded, item, origin, decode);
    }
  }
  return decoded;
};

/** Spans of an ExportTraceServiceRequest, in the record's units. Throws InvalidOtlp when its frame is not OTLP. */
export const spansOf = (message: unknown): Decoded<Span> =>
  walk(message, ['resourceSpans', 'scopeSpans', 'spans'], spanOf);

/** Lines of an ExportLogsServiceRequest, in the record's units. Throws InvalidOtlp when its frame is not OTLP. */
export const logsOf = (message: unknown): Decoded<Log> =>
  walk(message, ['resourceLogs', 'scopeLogs', 'logRecords'], logOf);
