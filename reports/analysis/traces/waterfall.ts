import type { Span } from '../../record/evidence.ts';
import type { WaterfallRow } from '../../record/findings.ts';
import { errorMessageOf, firstAttribute, peerOf } from './attributes.ts';
import { criticalPath } from './critical-path.ts';
import { MIN_OVERRUN } from './suspects.ts';
import type { TraceTree } from './tree.ts';

/** More rows than this help nobody; `spans` of the example says how many there are. */
export const MAX_ROWS = 120;
const MAX_MESSAGE = 100;

const trim = (text: string): string =>
  text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE - 1)}…` : text;

/** A message that only repeats the status code is no fact. */
const repeats = (message: string, status: unknown): boolean =>
  status !== undefined && message.length <= 20 && message.includes(String(status));

/** `1.2 s`, `80 ms`. */
const lasting = (seconds: number): string =>
  seconds < 0.9995 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;

/** Short facts of a span: status code, peer, attempt, error message. */
export const noteOf = (span: Span, answers: Span[] = []): string => {
  const status = firstAttribute(span, 'http.response.status_code', 'http.status_code');
  const peer = peerOf(span, answers);
  const resend = firstAttribute(span, 'http.request.resend_count');
  const message = errorMessageOf(span);
  return [
    status === undefined ? '' : String(status),
    peer === null ? '' : `to ${peer}`,
    typeof resend === 'number' && resend > 0 ? `attempt ${resend + 1}` : '',
    span.status === 'error' && message && !repeats(message, status) ? trim(message) : '',
  ]
    .filter(Boolean)
    .join(' · ');
};

/** The trace as rows, depth-first by start; offsets count from the earliest span. */
export const waterfallOf = (tree: TraceTree): WaterfallRow[] => {
  const { nodes } = tree;
  const path = criticalPath(tree);
  const origin = nodes.reduce((min, { start }) => Math.min(min, start), Number.POSITIVE_INFINITY);
  return nodes.slice(0, MAX_ROWS).map((node) => {
    const { span, children, depth, start, exclusive, overrun } = node;
    return {
      spanId: span.spanId,
      depth,
      service: span.service,
      instance: span.instance,
      name: span.name,
      kind: span.kind,
      offset: start - origin,
      duration: span.duration,
      exclusive,
      critical: (path.get(node) ?? []).map(({ start, end }): [number, number] => [
        start - origin,
        end - start,
      ]),
      error: span.status === 'error',
      note: [
        noteOf(
          span,
          children.map((child) => child.span),
        ),
        overrun >= MIN_OVERRUN ? `went on for ${lasting(overrun)} after its caller had left` : '',
      ]
        .filter(Boolean)
        .join(' · '),
    };
  });
};
