import pg from 'pg';
import type { Pool } from './pool.ts';

/** Before another try, after the pool had no client for it in its time; milliseconds. */
const AGAIN_AFTER_MS = 50;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** One client that the pool does not take back must not keep the others from it. */
const tryTo = (giveBack: () => void): void => {
  try {
    giveBack();
  } catch {}
};

/** Straight from the pool: nobody's request, so none that log and metrics should tell of. */
const acquire = (pool: Pool): Promise<pg.PoolClient> =>
  (pg.Pool.prototype.connect as (this: Pool) => Promise<pg.PoolClient>).call(pool);

/**
 * Takes `connections` clients out of the pool as they come free, each in its turn among those that wait, until
 * `release` is called; one that still comes after that goes back at once. A connection that breaks is replaced.
 */
export const takeClients = (pool: Pool, connections: number) => {
  const holding = new Map<pg.PoolClient, () => void>();
  let released = false;

  const hold = (client: pg.PoolClient): void => {
    const onError = (error: Error) => {
      holding.delete(client);
      client.release(error);
      void takeOne();
    };
    client.once('error', onError);
    holding.set(client, () => {
      client.removeListener('error', onError);
      client.release();
    });
  };

  const takeOne = async (): Promise<void> => {
    while (!released) {
      try {
        const client = await acquire(pool);
        if (released) client.release();
        else hold(client);
        return;
      } catch {
        await pause(AGAIN_AFTER_MS);
      }
    }
  };

  for (let n = 0; n < connections; n++) void takeOne();
  return {
    held: () => holding.size,
    release: async () => {
      released = true;
      for (const giveBack of holding.values()) tryTo(giveBack);
      holding.clear();
    },
  };
};
