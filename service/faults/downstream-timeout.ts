import { z } from 'zod';
import { defineFault } from './fault.ts';
import { createWaits } from './waits.ts';

export const downstreamTimeout = defineFault({
  name: 'downstream-timeout',
  title: 'Inventory answers too late',
  carrier: 'inventory',
  label: { service: 'api', dependency: 'inventory', operation: 'client', kind: 'timeout' },
  parameters: z.strictObject({
    ms: z
      .number()
      .min(1)
      .max(10_000)
      .default(3_000)
      .describe("hold before inventory's own work, milliseconds"),
  }),
  does: "Holds each victim at inventory beyond api's time-out (500 ms an attempt); then the work goes on all the same.",
  expect:
    "Latency of api at its cap (attempts x time-out), 504; time-out lines; client spans end in error, inventory's server span ends late.",
  teaches:
    'The caller reports the failure, the callee holds the time: a server span that outlives its client span.',
  drain: { seconds: 2, why: 'held reservations are let go at the clear and then pass through the slots' },
  start: ({ ms }) => {
    const waits = createWaits();
    return { handle: () => waits.wait(ms), stop: waits.end };
  },
});
