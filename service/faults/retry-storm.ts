import { z } from 'zod';
import { defineFault } from './fault.ts';

export const retryStorm = defineFault({
  name: 'retry-storm',
  title: 'Retries that keep inventory overloaded',
  carrier: 'inventory',
  label: { service: 'api', dependency: 'inventory', operation: 'client', kind: 'retry' },
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
  expect: "Inventory's rate over api's rate goes up; slots full and requests waiting; repeated sibling client spans.",
  teaches: 'A trigger that is gone can leave a storm that feeds itself; a retry budget ends it.',
  drain: { seconds: 3, why: 'inventory works off its waiting queue; under unbudgeted retries it may never catch up' },
  exclusive: true,
  start: async ({ slots }, { capacity }, { rate }) => {
    if (!capacity) throw new Error('this host has no finite capacity to take');
    const wanted = slots ?? Math.ceil(rate * capacity.total);
    if (wanted > capacity.total) throw new Error(`parameters.slots: at most ${capacity.total} here, not ${wanted}`);
    const release = await capacity.take(wanted);
    return { handle: () => undefined, stop: release };
  },
});
