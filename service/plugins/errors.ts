import { context, SpanStatusCode } from '@opentelemetry/api';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { errorBody, refuse, ServiceError } from '../errors.ts';

/** pg: no connection to be had. Class 08 is connection trouble, 53 is out of resources, 57P0x is shutting down. */
const DATABASE_UNAVAILABLE = /^(08...|53...|57P0[123])$/;
const NO_CONNECTION = /timeout exceeded when trying to connect|Connection terminated|ECONNREFUSED/;

const isUnavailable = (error: FastifyError): boolean =>
  DATABASE_UNAVAILABLE.test(error.code ?? '') || NO_CONNECTION.test(error.message);

const statusOf = (error: FastifyError): number => {
  if (isUnavailable(error)) return 503;
  const { statusCode = 500 } = error;
  return statusCode >= 400 && statusCode <= 599 ? statusCode : 500;
};

const CODES: Record<number, string> = {
  400: 'bad_request',
  413: 'too_large',
  415: 'unsupported_media_type',
  500: 'internal',
  502: 'upstream_failure',
  503: 'unavailable',
  504: 'upstream_timeout',
};

/** Words for the client: our own errors speak for themselves, anything else only names its class. */
const wordsFor = (error: FastifyError, status: number): { code: string; message: string } => {
  if (error instanceof ServiceError) return { code: error.code, message: error.message };
  if (error.validation) return { code: 'validation', message: error.message };
  const code = CODES[status] ?? (status < 500 ? 'bad_request' : 'internal');
  return { code, message: status < 500 ? error.message : 'The request could not be served.' };
};

const fail = (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
  const status = statusOf(error);
  if (status >= 500) {
    request.log.error({ err: error, status, route: request.routeOptions.url }, error.message);
  } else {
    // @fastify/otel marks the server span as failed for whatever is thrown; a client's mistake is no failure.
    request.opentelemetry().span?.setStatus({ code: SpanStatusCode.OK });
  }
  const { code, message } = wordsFor(error, status);
  return reply.code(status).send(errorBody(code, message));
};

const plugin = async (app: FastifyInstance): Promise<void> => {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const kept = request.observation?.context ?? context.active();
    return context.with(kept, fail, undefined, error, request, reply);
  });
  app.setNotFoundHandler(async (request, reply) =>
    refuse(reply, 404, 'not_found', `There is no ${request.method} ${request.url}.`),
  );
};

/**
 * One shape for every error body; 5xx are logged with their error. Register it before tracing, which would give the
 * not-found handler a span.
 */
export const errors = fp(plugin, { name: 'errors', fastify: '5.x' });
