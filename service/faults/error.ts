import { z } from 'zod';
import { failure } from './failures.ts';
import { defineFault } from './fault.ts';

export const error = defineFault({
  name: 'error',
  title: 'Failing handler',
  carrier: 'api',
  label: { service: 'api', dependency: null, operation: 'handler', kind: 'error' },
  parameters: z.strictObject({
    status: z.number().int().min(500).max(599).default(500).describe('HTTP status that a victim gets'),
  }),
  does: 'Makes the route handler of each victim throw.',
  expect: '5xx go up; a new error template in the logs; the handler span is the deepest erroring span.',
  teaches: 'The origin of an error is the deepest erroring span that has no erroring child.',
  drain: { seconds: 1, why: 'a victim fails at once; nothing lingers' },
  start: ({ status }) => ({
    handle: () => {
      throw failure(status, 'priceCents');
    },
  }),
});
