import { z } from 'zod';
import { defineFault } from './fault.ts';

/**
 * The numbers, with the defaults: 8 slots of 50 ms serve 160 reservations/s. Each order makes up to 3 attempts (api),
 * each of those again up to 3 times when its client retries twice: 9 in all. So a storm keeps itself going above
 * 160 / 9 = 18 orders/s, and below that the platform recovers by itself. With RETRY_BUDGET=0.1 an order makes at most
 * 3 x 1.1 attempts in the long run, and up to 160 / 3.3 = 48 orders/s come back; at 30 orders/s the queue of 400, all
 * of it given up long ago, is worked off at 160 - 99 a second, in 7 s at most. The queue must hold more than api's
 * time-out is worth (0.5 s x 160 = 80) by enough that it outlasts the first retries after the clear: 200 is the edge.
 */
export const retryStorm = defineFault({
  name: 'retry-storm',
  title: 'Retries that keep inventory overloaded',
  carrier: 'inventory',
  label: { service: 'api', dependency: 'inventory', operation: 'client', kind: 'retry' },
  counts: 'slots',
  parameters: z.strictObject({
    slots: z
      .number()
      .int()
      .min(1)
      .max(64)
      .optional()
      .describe("inventory's slots taken until the end; the share given by --rate where absent"),
  }),
  does: "Takes inventory's capacity slots. The retries of api and of its clients do the rest, also after the clear.",
  expect:
    "Inventory's rate over api's rate goes up; slots full and requests waiting; repeated sibling client spans.",
  teaches: 'A trigger that is gone can leave a storm that feeds itself; a retry budget ends it.',
  drain: {
    seconds: 3,
    why: 'inventory works off its waiting queue; under unbudgeted retries it may never catch up',
  },
  exclusive: true,
  scope: 'resource',
  refuse: ({ slots }, { capacity }) => {
    if (!capacity) return 'fault: this host has no finite capacity to take';
    return (slots ?? 0) > capacity.total
      ? `parameters.slots: at most ${capacity.total} here, not ${slots}`
      : null;
  },
  start: async ({ slots }, { capacity }, { rate }) => {
    const wanted = slots ?? Math.ceil(rate * capacity!.total);
    const release = await capacity!.take(wanted);
    let held = wanted;
    const stop = () => {
      release();
      held = 0;
    };
    return { taken: () => ({ wanted, held }), stop };
  },
});
