import { type Context, context, isSpanContextValid, type Span, type SpanContext } from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Metrics } from '../telemetry/metrics.ts';

/** Kept from the start of a request, since the server span is gone when the response ends. */
interface Observation {
  start: number;
  context: Context;
  spanContext: SpanContext | undefined;
  done: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    observation: Observation | null;
  }
  interface FastifyContextConfig {
    /** No spans, no request logs, no RED metrics, no faults. */
    internal?: boolean;
  }
}

export interface ObservabilityOptions {
  metrics: Metrics;
  slowRequestMs: number;
}

/** Client closed the request before the response was complete (nginx's status; HTTP has none). */
const CLIENT_CLOSED = 499;

const exemplarOf = (spanContext: SpanContext | undefined) =>
  spanContext && isSpanContextValid(spanContext)
    ? { exemplarLabels: { trace_id: spanContext.traceId, span_id: spanContext.spanId } }
    : {};

const observe = (
  metrics: Metrics,
  request: FastifyRequest,
  status: number,
  seconds: number,
  spanContext: SpanContext | undefined,
): void => {
  const labels = {
    http_request_method: request.method,
    http_route: request.routeOptions.url ?? 'unmatched',
    http_response_status_code: String(status),
  };
  const exemplar = exemplarOf(spanContext);
  metrics.serverDuration.observe({ labels, value: seconds, ...exemplar });
  if (status >= 499) metrics.serverErrors.inc({ labels, value: 1, ...exemplar });
};

const logRequest = (
  request: FastifyRequest,
  status: number,
  seconds: number,
  slowRequestMs: number,
): void => {
  const duration = Math.round(seconds * 1e6) / 1e3;
  const fields = {
    method: request.method,
    route: request.routeOptions.url,
    path: request.url,
    status,
    duration,
  };
  if (status === CLIENT_CLOSED) request.log.warn(fields, 'request aborted by the client');
  else request.log.info(fields, 'request completed');
  if (duration > slowRequestMs) request.log.warn(fields, 'slow request');
};

const plugin = async (
  app: FastifyInstance,
  { metrics, slowRequestMs }: ObservabilityOptions,
): Promise<void> => {
  app.decorateRequest('observation', null);

  const end = (request: FastifyRequest, status: number): void => {
    const { observation } = request;
    if (!observation || observation.done) return;
    observation.done = true;
    metrics.activeRequests.dec();
    const seconds = (performance.now() - observation.start) / 1000;
    observe(metrics, request, status, seconds, observation.spanContext);
    context.with(observation.context, () => logRequest(request, status, seconds, slowRequestMs));
  };

  /** The client is gone, and its answer with it. */
  const giveUp = (request: FastifyRequest, span: Span | null): void => {
    if (request.observation?.done) return;
    if (span?.isRecording()) span.addEvent('client disconnected');
    end(request, CLIENT_CLOSED);
  };

  const begin = (request: FastifyRequest, reply: FastifyReply): void => {
    const { span, context: spanContext } = request.opentelemetry();
    request.observation = {
      start: performance.now(),
      context: spanContext ?? context.active(),
      spanContext: span?.spanContext(),
      done: false,
    };
    metrics.activeRequests.inc();
    // Fastify's onRequestAbort stays silent once the body has been read, so the response is watched itself.
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) giveUp(request, span);
    });
  };

  app.addHook('onRequest', async (request, reply) => {
    if (!request.routeOptions.config.internal) begin(request, reply);
  });
  // Nobody reads this answer: its status is that of metrics and log, for the server span takes it from the reply.
  app.addHook('onSend', async (request, reply, payload) => {
    // A connection that broke just now has not told the response yet.
    if (request.observation && request.raw.socket?.destroyed) giveUp(request, request.opentelemetry().span);
    if (request.observation?.done) reply.code(CLIENT_CLOSED);
    return payload;
  });
  app.addHook('onResponse', async (request, reply) => end(request, reply.statusCode));
};

/** RED metrics with exemplars and the request's log lines. Register after tracing. */
export const observability = fp(plugin, { name: 'observability', fastify: '5.x' });
