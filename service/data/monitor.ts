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

/** Sessions of this database, by PostgreSQL's own statistics. */
export interface Sessions {
  /** At work on a statement, waits within the database included; without the one that asks. */
  active: number;
  /** Of these, those that wait for a lock. */
  lockWaiting: number;
}

export const countSessions = async (monitor: Pool): Promise<Sessions> => {
  const { rows } = await monitor.query<Sessions>(
    `select count(*) filter (where state = 'active' and pid <> pg_backend_pid())::int4 as active,
            count(*) filter (where wait_event_type = 'Lock')::int4 as "lockWaiting"
     from pg_stat_activity where datname = current_database()`,
  );
  return rows[0]!;
};
