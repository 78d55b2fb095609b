import { z } from 'zod';
import { defineFault } from './fault.ts';
import { createWaits } from './waits.ts';

export const latency = defineFault({
  name: 'latency',
  title: 'Slow handler',
  carrier: 'api',
  label: { service: 'api', dependency: null, operation: 'handler', kind: 'latency' },
  parameters: z.strictObject({
    ms: z.number().min(1).max(10_000).default(500).describe('delay of a victim, milliseconds'),
    jitter: z.number().min(0).max(5_000).default(0).describe('uniform spread around the delay, milliseconds'),
  }),
  does: 'Makes the route handler of each victim wait before it does its work.',
  expect:
    'p95 of the routes goes up while CPU stays flat; slow-request lines; self time of the handler span grows.',
  teaches: 'Time that no child span explains belongs to the service itself.',
  drain: { seconds: 1, why: 'requests that wait are let go at the clear and only have to finish' },
  start: ({ ms, jitter }) => {
    const waits = createWaits();
    return {
      handle: () => waits.wait(Math.max(0, ms + jitter * (2 * Math.random() - 1))),
      stop: waits.end,
    };
  },
});
