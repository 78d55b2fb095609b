import pg from 'pg';
import type { Log } from '../telemetry/logger.ts';
import type { Pool } from './pool.ts';

/** Of a connection, and of a statement, milliseconds: what is not known by then is asked anew. */
const TIMEOUT_MS = 1_000;

/** One session beside the pool, for what must be known just when the pool is empty or its statements wait. */
export const createMonitor = (url: string, name: string, log: Log): Pool => {
  const monitor = new pg.Pool({
    connectionString: url,
    max: 1,
    application_name: name,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    statement_timeout: TIMEOUT_MS,
  });
  monitor.on('error', (error) => log.warn({ err: error }, 'idle database connection lost'));
  return monitor;
};

/** Sessions of this database that wait for a lock, by PostgreSQL's own statistics. */
export const countLockWaits = async (monitor: Pool): Promise<number> => {
  const { rows } = await monitor.query<{ waiting: number }>(
    `select count(*)::int4 as waiting from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]!.waiting;
};
