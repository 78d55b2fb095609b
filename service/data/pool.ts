import pg from 'pg';
import type { Log } from '../telemetry/logger.ts';

export type Pool = pg.Pool;
/** What a query needs: the pool, or one client inside a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

/** A pool that gives up on a client after 2 s of waiting, so that an exhausted pool shows as an error. */
export const createPool = (url: string, max: number, name: string, log: Log): Pool => {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: name,
    connectionTimeoutMillis: 2_000,
    idleTimeoutMillis: 30_000,
  });
  pool.on('error', (error) => log.warn({ err: error }, 'idle database connection lost'));
  // A connection that is lost in someone's hands fails their statements; unheard, the event would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
};

/** Runs `work` in one transaction; a failure rolls it back and is thrown on. */
export const inTransaction = async <T>(pool: Pool, work: (client: Queryable) => Promise<T>): Promise<T> => {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
};
