import type { AttributeValue } from '../../record/common.ts';
import type { Span } from '../../record/evidence.ts';
import type { WaterfallRow } from '../../record/findings.ts';
import type { TraceTree } from './tree.ts';

/** More rows than this help nobody; `spans` of the example says how many there are. */
export const MAX_ROWS = 120;
const MAX_MESSAGE = 100;

const trim = (text: string): string =>
  text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE - 1)}…` : text;

const first = (span: Span, ...names: string[]): AttributeValue | undefined =>
  names.map((name) => span.attributes[name]).find((value) => value !== undefined && value !== '');

const messageOf = (span: Span): string | null => {
  if (span.statusMessage) return span.statusMessage;
  const exception = span.events.find(({ name }) => name === 'exception');
  const message = exception?.attributes['exception.message'];
  return typeof message === 'string' ? message : null;
};

/** Short facts of a span, by the names of OpenTelemetry's semantic conventions (new ones first, then the old). */
export const noteOf = (span: Span): string => {
  const status = first(span, 'http.response.status_code', 'http.status_code');
  const peer =
    span.kind === 'client' ? first(span, 'peer.service', 'server.address', 'net.peer.name') : undefined;
  const port = peer === undefined ? undefined : first(span, 'server.port', 'net.peer.port');
  const resend = first(span, 'http.request.resend_count');
  const message = messageOf(span);
  return [
    status === undefined ? '' : String(status),
    peer === undefined ? '' : `to ${peer}${port === undefined ? '' : `:${port}`}`,
    typeof resend === 'number' && resend > 0 ? `attempt ${resend + 1}` : '',
    span.status === 'error' && message ? trim(message) : '',
  ]
    .filter(Boolean)
    .join(' · ');
};

/** The trace as rows, depth-first by start; offsets count from the earliest span. */
export const waterfallOf = ({ nodes }: TraceTree): WaterfallRow[] => {
  const origin = nodes.reduce((min, { start }) => Math.min(min, start), Number.POSITIVE_INFINITY);
  return nodes.slice(0, MAX_ROWS).map(({ span, depth, start, exclusive }) => ({
    spanId: span.spanId,
    depth,
    service: span.service,
    instance: span.instance,
    name: span.name,
    kind: span.kind,
    offset: start - origin,
    duration: span.duration,
    exclusive,
    error: span.status === 'error',
    note: noteOf(span),
  }));
};
