import { z } from 'zod';
import { defineFault } from './fault.ts';

/** Failures as an application like the host's raises them: the words say nothing of an injection. */
const FAILURES: Record<number, () => Error> = {
  500: () => new TypeError("Cannot read properties of undefined (reading 'priceCents')"),
  502: () => new Error('other side closed'),
  503: () => new Error('timeout exceeded when trying to connect'),
  504: () => new Error('Headers Timeout Error'),
};

const failure = (status: number): Error => {
  const error = FAILURES[status]?.() ?? new Error('unexpected state');
  return status === 500 ? error : Object.assign(error, { statusCode: status });
};

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
      throw failure(status);
    },
  }),
});
