import { z } from 'zod';
import type { StackFault } from './stack-fault.ts';

export const cacheDown: StackFault = {
  name: 'cache-down',
  title: 'The cache is gone',
  carrier: 'redis',
  carriedBy: 'stack',
  action: 'kill',
  label: { service: 'api', dependency: 'redis', operation: 'GET', kind: 'unavailable' },
  scope: 'resource',
  share: null,
  counts: 'processes',
  needs: 'redis',
  parameters: z.strictObject({}),
  does: 'Kills the Redis of the stack (SIGKILL) and keeps it from being started again until the lease ends.',
  expect:
    'Cache hits fall to 0 and cache errors begin; every read goes to PostgreSQL; connection refused in the logs; the Redis span errors, then comes the query.',
  teaches:
    'A cache that only makes things faster becomes a dependency once the database cannot do without it.',
  drain: {
    seconds: 6,
    why: 'Redis has to start, its clients to connect again, and the cache begins empty',
  },
  exclusive: true,
  excludes: ['cache-stampede'],
};
