import type { Attributes } from '../../reports/record/common.ts';
import type { Span } from '../../reports/record/evidence.ts';
import type { AttemptSample, LogicalSample } from './k6-samples.ts';
import { CLIENT_SERVICE } from './load-driver.ts';

export interface ClientSpanContext {
  runId: string;
  baseUrl: string;
}

type Traced = AttemptSample & { span: NonNullable<AttemptSample['span']> };

const messageOf = (sample: AttemptSample): string => sample.error || `HTTP status ${sample.status}`;

const templateOf = (operation: string): string => operation.replace(/^[A-Z]+ /, '');

/** Attributes as OpenTelemetry's semantic conventions for HTTP client spans name them. */
const attemptAttributes = (sample: Traced, { runId, baseUrl }: ClientSpanContext): Attributes => {
  const { hostname, port, protocol } = new URL(baseUrl);
  const noAnswer = sample.error === 'request timeout' ? 'timeout' : 'connection_error';
  return {
    'http.request.method': sample.method,
    'url.full': baseUrl + sample.span.path,
    'url.template': templateOf(sample.operation),
    'server.address': hostname,
    'server.port': Number(port || (protocol === 'https:' ? 443 : 80)),
    ...(sample.status > 0 ? { 'http.response.status_code': sample.status } : {}),
    ...(sample.span.attempt > 1 ? { 'http.request.resend_count': sample.span.attempt - 1 } : {}),
    ...(sample.failed ? { 'error.type': sample.status > 0 ? String(sample.status) : noAnswer } : {}),
    'obsctl.run.id': runId,
  };
};

const base = { service: CLIENT_SERVICE, instance: CLIENT_SERVICE, events: [], links: [] };

const attemptSpan = (sample: Traced, context: ClientSpanContext): Span => ({
  ...base,
  traceId: sample.span.traceId,
  spanId: sample.span.spanId,
  parentSpanId: sample.span.parentSpanId,
  name: sample.operation,
  kind: 'client',
  start: sample.end - sample.duration,
  duration: sample.duration,
  status: sample.failed ? 'error' : 'unset',
  statusMessage: sample.failed ? messageOf(sample) : null,
  attributes: attemptAttributes(sample, context),
});

type Root = {
  traceId: string;
  spanId: string;
  name: string;
  start: number;
  end: number;
  error: string | null;
};

/** The logical request; its clock is coarser than the attempts', so it is made to enclose them. */
const rootSpan = (root: Root, attempts: Span[], { runId }: ClientSpanContext): Span => {
  const start = Math.min(root.start, ...attempts.map((span) => span.start));
  const end = Math.max(root.end, ...attempts.map((span) => span.start + span.duration));
  return {
    ...base,
    traceId: root.traceId,
    spanId: root.spanId,
    parentSpanId: null,
    name: root.name,
    kind: 'internal',
    start,
    duration: end - start,
    status: root.error === null ? 'unset' : 'error',
    statusMessage: root.error,
    attributes: { 'url.template': templateOf(root.name), 'obsctl.run.id': runId },
  };
};

/**
 * Makes the client's spans from k6's samples: attempts wait until their logical request has ended, then the whole
 * trace comes out.
 */
export class ClientSpanBuilder {
  readonly #pending = new Map<string, Traced[]>();
  readonly #context: ClientSpanContext;

  constructor(context: ClientSpanContext) {
    this.#context = context;
  }

  attempt(sample: AttemptSample): void {
    if (!sample.span) return;
    const known = this.#pending.get(sample.span.traceId) ?? [];
    this.#pending.set(sample.span.traceId, [...known, sample as Traced]);
  }

  /** The spans of the logical request and its attempts; none when the scenario sent no trace. */
  logical(sample: LogicalSample): Span[] {
    if (!sample.traceId) return [];
    const { traceId, spanId, operation: name, end } = sample;
    const error = sample.failed ? sample.error || 'failed' : null;
    return this.#finish({ traceId, spanId, name, start: end - sample.duration, end, error });
  }

  /** Requests that the end of the load cut off between two attempts: no logical sample came, so the attempts make it. */
  interrupted(): Span[] {
    return [...this.#pending.values()].flatMap((attempts) => {
      const [first, last] = [attempts[0]!, attempts.at(-1)!];
      const { traceId, parentSpanId: spanId } = first.span;
      const start = first.end - first.duration;
      return this.#finish({
        traceId,
        spanId,
        name: first.operation,
        start,
        end: last.end,
        error: 'interrupted',
      });
    });
  }

  #finish(root: Root): Span[] {
    const attempts = (this.#pending.get(root.traceId) ?? []).map((sample) =>
      attemptSpan(sample, this.#context),
    );
    this.#pending.delete(root.traceId);
    return [rootSpan(root, attempts, this.#context), ...attempts];
  }
}
