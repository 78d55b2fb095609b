import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { Queryable } from '../data/pool.ts';

const derive = promisify(pbkdf2);

/** Marks an order as fulfilled. */
export const fulfil = async (db: Queryable, { orderId }: { orderId: string }): Promise<void> => {
  await db.query("update orders set status = 'fulfilled', fulfilled_at = now() where id = $1", [orderId]);
};

/** Longest CPU-heavy job, milliseconds. */
export const HEAVY_MAX_MS = 5_000;

/** Derives keys for `ms` milliseconds (bounded): real CPU time, in slices, off the event loop. */
export const burn = async ({ ms }: { ms: number }): Promise<void> => {
  const end = performance.now() + Math.min(ms, HEAVY_MAX_MS);
  while (performance.now() < end) await derive('secret', 'salt', 10_000, 32, 'sha256');
};
