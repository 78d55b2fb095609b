import pg from 'pg';
import type { FaultSession } from '../faults/fault.ts';

/** Longest wait for a connection, for one statement, and for the farewell, milliseconds. */
const CONNECT_MS = 2_000;
const STATEMENT_MS = 2_000;
const FAREWELL_MS = 1_000;

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/**
 * A database session beside the pool. A connection that is lost shows at its next statement.
 * @throws Error when there is no connection to be had within 2 s.
 */
export const openSession = async (url: string, name: string): Promise<FaultSession> => {
  const client = new pg.Client({
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: STATEMENT_MS,
  });
  client.on('error', () => undefined);
  await client.connect();
  return {
    query: (text) => client.query(text),
    close: () => Promise.race([client.end(), pause(FAREWELL_MS)]),
  };
};
