import type { Pool } from './pool.ts';

/** How long the database may take to answer a replica that calls itself ready, milliseconds. */
const PATIENCE_MS = 1_000;

/**
 * Asks the database through the pool, as a request would.
 * @throws Error when there is no answer within a second: no connection to be had, or none that answers.
 */
export const checkDatabase = async (pool: Pool): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  try {
    await Promise.race([pool.query('select 1'), tooLate]);
  } finally {
    clearTimeout(timer);
  }
};
