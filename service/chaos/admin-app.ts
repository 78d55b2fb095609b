import { createHash, timingSafeEqual } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { renewRequestSchema } from '../contract.ts';
import type { FaultRegistry } from './fault-registry.ts';
import { FaultRefusedError, issueLines } from './injection.ts';

export interface AdminOptions {
  service: string;
  instance: string;
  token: string;
  registry: FaultRegistry;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const sendError = (reply: FastifyReply, status: number, code: string, details: string[]) =>
  reply.code(status).send({ error: { code, message: details.join('; '), details, traceId: null } });

const bearerCheck = (token: string) => {
  const expected = digest(`Bearer ${token}`);
  return async (request: FastifyRequest, reply: FastifyReply) => {
    if (timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) return;
    return sendError(reply, 401, 'unauthorized', ['a valid bearer token is needed']);
  };
};

const CODES: Record<number, string> = { 400: 'invalid', 409: 'conflict' };

const onError = (error: unknown, _request: FastifyRequest, reply: FastifyReply) => {
  if (error instanceof FaultRefusedError) {
    return sendError(reply, error.statusCode, CODES[error.statusCode] ?? 'refused', error.details);
  }
  const { statusCode = 500, message } = error as { statusCode?: number; message: string };
  return sendError(reply, statusCode, statusCode < 500 ? 'invalid' : 'internal', [message]);
};

/** The key by which OpenTelemetry's SDK knows that nothing is to be traced (`suppressTracing` of @opentelemetry/core). */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
const UNTRACED = ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true);

/**
 * A server that HTTP instrumentation does not see: it patches `emit` of all servers at their prototype, and this one has
 * its own. What an admin request sets off is not traced either.
 */
const untracedServer = (handler: RequestListener): Server =>
  Object.assign(createServer(context.bind(UNTRACED, handler)), { emit: EventEmitter.prototype.emit });

/** The admin API: a Fastify app of its own, without telemetry, so that its traffic leaves no trace. */
export const createAdminApp = ({ service, instance, token, registry }: AdminOptions): FastifyInstance => {
  const app = Fastify({
    logger: false,
    bodyLimit: 65_536,
    forceCloseConnections: true,
    serverFactory: untracedServer,
  });
  app.addHook('onRequest', bearerCheck(token));
  app.setErrorHandler(onError);
  app.setNotFoundHandler((_request, reply) => sendError(reply, 404, 'not_found', ['no such path']));
  const unknown = (reply: FastifyReply, id: string) =>
    sendError(reply, 404, 'not_found', [`no fault with id ${JSON.stringify(id)} is on`]);

  app.get('/faults', async () => ({ service, instance, faults: registry.list() }));
  app.post('/faults', async (request, reply) => reply.code(201).send(await registry.inject(request.body)));
  app.post('/faults/check', async (request) => {
    const { request: checked, parameters } = registry.check(request.body);
    return { service, instance, ...checked, parameters };
  });
  app.post<{ Params: { id: string } }>('/faults/:id/renew', async (request, reply) => {
    const body = renewRequestSchema.safeParse(request.body);
    if (!body.success) throw new FaultRefusedError(400, issueLines(body.error));
    return registry.renew(request.params.id, body.data.leaseSeconds) ?? unknown(reply, request.params.id);
  });
  app.delete<{ Params: { id: string } }>(
    '/faults/:id',
    async (request, reply) => (await registry.clear(request.params.id)) ?? unknown(reply, request.params.id),
  );
  app.delete('/faults', async () => ({ service, instance, faults: await registry.clearAll() }));
  return app;
};
