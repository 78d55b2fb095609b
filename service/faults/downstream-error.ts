import { z } from 'zod';
import { failure } from './failures.ts';
import { defineFault } from './fault.ts';

export const downstreamError = defineFault({
  name: 'downstream-error',
  title: 'Inventory fails',
  carrier: 'inventory',
  label: { service: 'api', dependency: 'inventory', operation: 'client', kind: 'error' },
  parameters: z.strictObject({
    status: z.number().int().min(500).max(599).default(500).describe('HTTP status that a victim gets'),
  }),
  does: "Makes inventory's handler throw for each victim. Every attempt of api is drawn anew, so that of the orders only about rate^attempts fail.",
  expect:
    "5xx of inventory go up, and so do api's retries; orders end in 502 (503 where the status is 503); a new error template at inventory; its handler span is the deepest erroring one.",
  teaches: 'The service that reports the failure need not be the one that fails: follow the error down.',
  drain: { seconds: 1, why: 'a victim fails at once; what api retries after the clear succeeds' },
  start: ({ status }) => ({
    handle: () => {
      throw failure(status, 'available');
    },
  }),
});
