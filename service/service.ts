import { createApp } from './app.ts';
import type { Config } from './config.ts';
import { migrate } from './data/migrate.ts';
import { observePool } from './data/observe-pool.ts';
import { createPool } from './data/pool.ts';
import { checkDatabase } from './data/readiness.ts';
import { listeningPort } from './plugins/listening-port.ts';
import { faultsBefore, nothingBefore } from './queue/before-job.ts';
import { createBoss, startBoss } from './queue/boss.ts';
import { ROLE_PARTS } from './roles.ts';
import { createLogger } from './telemetry/logger.ts';
import { warnOfLoopLag } from './telemetry/loop-lag-warning.ts';
import { collectRuntimeMetrics, createMetrics } from './telemetry/metrics.ts';

export interface RunningService {
  port: number;
  /** Null where there is no admin API. */
  adminPort: number | null;
  /** Lets requests and jobs in hand finish, then lets go of everything. */
  close(): Promise<void>;
}

const chaosOptions = (config: Config) =>
  config.ADMIN_TOKEN === undefined
    ? undefined
    : {
        service: config.SERVICE_ROLE,
        instance: config.SERVICE_INSTANCE_ID,
        token: config.ADMIN_TOKEN,
        adminHost: config.ADMIN_HOST,
        adminPort: config.ADMIN_PORT,
        allowProduction: config.ALLOW_FAULTS_IN_PRODUCTION,
      };

/** Brings up one replica of one role: schema, queues, app, listener, background work. */
export const startService = async (config: Config): Promise<RunningService> => {
  const log = createLogger(config.LOG_LEVEL);
  const metrics = createMetrics();
  collectRuntimeMetrics(metrics);
  const pool = createPool(config.DATABASE_URL, config.DB_POOL_MAX, `shop-${config.SERVICE_ROLE}`, log);
  const boss = createBoss(pool, config.SERVICE_ROLE === 'worker', log);
  await migrate(pool, () => startBoss(boss));
  observePool(metrics, pool, log);

  const parts = ROLE_PARTS[config.SERVICE_ROLE]({ config, pool, boss, metrics, log });
  const chaos = chaosOptions(config);
  const app = await createApp({
    role: config.SERVICE_ROLE,
    log,
    metrics,
    slowRequestMs: config.SLOW_REQUEST_MS,
    routes: parts.routes,
    facts: { role: config.SERVICE_ROLE, ...parts.facts },
    checkDatabase: () => checkDatabase(pool),
    chaos: chaos && { ...chaos, host: parts.faultHost },
  });
  await app.listen({ host: config.HOST, port: config.PORT });
  await parts.start(chaos ? faultsBefore(app.faultAdmin.registry) : nothingBefore);
  const stopLagWarning = warnOfLoopLag(log);
  const port = listeningPort(app);
  log.info({ role: config.SERVICE_ROLE, port }, 'service ready');

  return {
    port,
    adminPort: chaos ? app.faultAdmin.port() : null,
    close: async () => {
      stopLagWarning();
      await app.close();
      await boss.stop({ timeout: 1_500, close: false });
      await parts.close();
      await pool.end();
    },
  };
};
