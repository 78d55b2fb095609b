import { FastifyOtelInstrumentation } from '@fastify/otel';
import type { FastifyInstance } from 'fastify';

/**
 * Server spans and handler spans. Hooks get no spans of their own: what a trace shows is the request, the handler,
 * and what the handler calls. Internal routes (config.otel false) get none at all.
 */
export const registerTracing = async (app: FastifyInstance): Promise<void> => {
  const instrumentation = new FastifyOtelInstrumentation({
    instrumentHooks: false,
    requestHook: (span, request) => {
      if (request.routeOptions.url) span.updateName(`${request.method} ${request.routeOptions.url}`);
      else span.updateName(request.method);
    },
  });
  await app.register(instrumentation.plugin());
};
