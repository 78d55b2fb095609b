import { z } from 'zod';
import { defineFault } from './fault.ts';
import { LockTurns } from './lock-turns.ts';

/** Beyond this share of time the queue of who waits would never be worked off. */
const MAX_SHARE = 0.9;

const NO_DATABASE = 'this host has no database whose tables could be locked';

export const slowQuery = defineFault({
  name: 'slow-query',
  title: 'Statements that wait for a lock',
  carrier: 'api',
  label: { service: 'api', dependency: 'postgresql', operation: 'query', kind: 'lock' },
  scope: 'resource',
  share: 'time',
  defaultRate: 0.7,
  counts: 'milliseconds',
  parameters: z.strictObject({
    ms: z
      .number()
      .min(50)
      .max(3_000)
      .default(800)
      .describe('how long the lock is held each time, milliseconds'),
  }),
  does: `Locks the table of the orders against everybody, in a session of its own, lets go, and locks it again: --rate is the share of time that it is locked, ${MAX_SHARE} at most. Of several replicas one has the lock, the others stand by.`,
  expect:
    'Statements on orders take as long as the lock is held; sessions that wait for a lock in the statistics of the database, which is idle otherwise; warnings of slow queries; after a while connections run short, too.',
  teaches: 'A query that is slow without any work waits for somebody: ask the database who waits for what.',
  drain: {
    seconds: 2,
    why: 'the lock is gone at once; the statements that had waited for it run one after another',
  },
  exclusive: true,
  refuse: (_parameters, { database }) => (database ? null : NO_DATABASE),
  start: async ({ ms }, { database }, { rate }) => {
    if (!database) throw new Error(NO_DATABASE);
    const share = Math.min(rate, MAX_SHARE);
    const turns = new LockTurns({ database, holdMs: ms, restMs: (ms * (1 - share)) / share });
    await turns.start();
    return {
      taken: () => ({ wanted: Math.round(turns.wantedMs()), held: Math.round(turns.heldMs()) }),
      stop: () => turns.stop(),
    };
  },
});
