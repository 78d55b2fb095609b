import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { type ChaosOptions, chaos } from './plugins/chaos.ts';
import { registerDocs } from './plugins/docs.ts';
import { draining } from './plugins/draining.ts';
import { errors } from './plugins/errors.ts';
import { observability } from './plugins/observability.ts';
import { registerTracing } from './plugins/tracing.ts';
import { type OperationsOptions, operationsRoutes } from './routes/operations.ts';

export type RoutePlugin = (app: FastifyInstance) => Promise<void>;

export interface AppOptions extends OperationsOptions {
  role: string;
  log: FastifyBaseLogger;
  slowRequestMs: number;
  /** The role's own routes. */
  routes: RoutePlugin[];
  /** Absent: the app carries no faults and has no admin API. */
  chaos?: ChaosOptions;
}

/** The app of one role, not listening yet. The order of the plugins matters: each wraps what comes after it. */
export const createApp = async (options: AppOptions): Promise<FastifyInstance> => {
  const app = Fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    ajv: { customOptions: { allErrors: true } },
  });
  if (options.chaos) await app.register(chaos, options.chaos);
  await app.register(draining);
  await app.register(errors);
  await registerTracing(app);
  await app.register(observability, { metrics: options.metrics, slowRequestMs: options.slowRequestMs });
  await registerDocs(app, options.role);
  for (const routes of [operationsRoutes(options), ...options.routes]) await app.register(routes);
  return app;
};
