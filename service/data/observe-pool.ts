import type { PoolClient, default as pg } from 'pg';
import type { Log } from '../telemetry/logger.ts';
import { type Metrics, observedGauge, observedGaugeBy } from '../telemetry/metrics.ts';
import { operationOf } from './operation.ts';
import type { Pool } from './pool.ts';
import { type Ended, timed } from './timed.ts';

/** A statement, or the wait for a connection, that takes longer is worth a line; milliseconds. */
const SLOW_MS = 400;

const inMs = (seconds: number): number => Math.round(seconds * 1e6) / 1e3;

const textOf = (query: unknown): string =>
  typeof query === 'string' ? query : String((query as { text?: unknown } | null)?.text ?? '');

/** db_client_connection_*: OpenTelemetry's names for a pool's state. */
const gaugeState = (metrics: Metrics, pool: Pool): void => {
  observedGaugeBy(
    metrics,
    'db_client_connection_count',
    'Connections of the database pool.',
    'state',
    () => ({
      used: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
    }),
  );
  observedGauge(
    metrics,
    'db_client_connection_pending_requests',
    'Requests that wait for a database connection.',
    () => pool.waitingCount,
  );
  observedGauge(
    metrics,
    'db_client_connection_max',
    'Most connections the database pool opens.',
    () => pool.options.max,
  );
};

const timeAcquiring = (metrics: Metrics, pool: Pool, log: Log): void => {
  const ended: Ended = (seconds, error) => {
    metrics.dbWaitTime.observe(seconds);
    const fields = { duration: inMs(seconds), waiting: pool.waitingCount };
    if (error) log.warn({ ...fields, err: error }, 'no database connection acquired');
    else if (fields.duration > SLOW_MS) log.warn(fields, 'slow to acquire a database connection');
  };
  const connect = pool.connect.bind(pool) as (...parameters: unknown[]) => unknown;
  pool.connect = ((...parameters: unknown[]) => timed(connect, parameters, ended)) as Pool['connect'];
};

/** The connections that the pool opens from now on, by the class of which it makes them. */
const timeConnecting = (metrics: Metrics, pool: Pool): void => {
  const opened = pool as unknown as { Client: typeof pg.Client };
  const { Client } = opened;
  opened.Client = class extends Client {
    constructor(...parameters: ConstructorParameters<typeof pg.Client>) {
      super(...parameters);
      const connect = this.connect.bind(this) as (...all: unknown[]) => unknown;
      const measured = (...all: unknown[]) =>
        timed(connect, all, (seconds) => metrics.dbCreateTime.observe(seconds));
      this.connect = measured as typeof this.connect;
    }
  };
};

const timeStatements = (metrics: Metrics, client: PoolClient, log: Log): void => {
  const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
  const measured = (...parameters: unknown[]) => {
    const operation = operationOf(textOf(parameters[0]));
    return timed(query, parameters, (seconds) => {
      metrics.dbDuration.observe({ db_operation_name: operation }, seconds);
      const duration = inMs(seconds);
      if (duration > SLOW_MS) log.warn({ operation, duration }, 'slow query');
    });
  };
  client.query = measured as PoolClient['query'];
};

/** From now on: the pool's state, and how long it takes to open and to get a connection and to run a statement, by metric and log. */
export const observePool = (metrics: Metrics, pool: Pool, log: Log): void => {
  const known = new WeakSet<PoolClient>();
  gaugeState(metrics, pool);
  timeConnecting(metrics, pool);
  timeAcquiring(metrics, pool, log);
  pool.on('acquire', (client) => {
    if (known.has(client)) return;
    known.add(client);
    timeStatements(metrics, client, log);
  });
};
