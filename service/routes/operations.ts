import type { FastifyInstance } from 'fastify';
import { refuse } from '../errors.ts';
import type { Metrics } from '../telemetry/metrics.ts';

export interface OperationsOptions {
  metrics: Metrics;
  /** Rejects while the database cannot be asked. */
  checkDatabase: () => Promise<unknown>;
  /** What `/readyz` says besides, e.g. which cache it is. */
  facts: Record<string, string>;
}

const internal = { config: { internal: true, otel: false } } as const;

/** Health, readiness and metrics: for the machinery, so without telemetry of their own. */
export const operationsRoutes = ({ metrics, checkDatabase, facts }: OperationsOptions) =>
  async function operations(app: FastifyInstance): Promise<void> {
    app.get('/healthz', { ...internal, schema: { tags: ['operations'] } }, async () => ({ status: 'ok' }));

    app.get('/readyz', { ...internal, schema: { tags: ['operations'] } }, async (_request, reply) => {
      try {
        await checkDatabase();
        return { status: 'ready', ...facts };
      } catch (error) {
        return refuse(reply, 503, 'not_ready', `database: ${(error as Error).message}`);
      }
    });

    app.get('/metrics', { ...internal, schema: { tags: ['operations'] } }, async (_request, reply) =>
      reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
    );
  };
