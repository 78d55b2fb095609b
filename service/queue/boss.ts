import PgBoss from 'pg-boss';
import type { Pool } from '../data/pool.ts';
import type { Log } from '../telemetry/logger.ts';
import { executorOf, QUEUES } from './jobs.ts';

/** pg-boss on the service's own pool; `supervise` for the one role that looks after the queues. Not started yet. */
export const createBoss = (pool: Pool, supervise: boolean, log: Log): PgBoss => {
  const boss = new PgBoss({ db: executorOf(pool), supervise, schedule: false });
  boss.on('error', (error) => log.warn({ err: error }, 'job queue failed'));
  return boss;
};

/** Starts pg-boss (which installs its schema) and makes sure that the queues are there. */
export const startBoss = async (boss: PgBoss): Promise<void> => {
  await boss.start();
  for (const queue of QUEUES) await boss.createQueue(queue);
};
