import { z } from 'zod';
import { defineFault } from './fault.ts';

export const cacheStampede = defineFault({
  name: 'cache-stampede',
  title: 'Hot keys that keep falling out of the cache',
  carrier: 'api',
  label: { service: 'api', dependency: 'redis', operation: 'GET', kind: 'stampede' },
  scope: 'resource',
  share: 'keys',
  counts: 'evictions',
  parameters: z.strictObject({
    everyMs: z
      .number()
      .int()
      .min(20)
      .max(10_000)
      .default(100)
      .describe('pause between two evictions, milliseconds; each replica evicts for itself'),
  }),
  does: "Deletes the application's own keys from the shared cache again and again; --rate is the share of keys each time.",
  expect:
    'Cache misses burst and hits fall; the database gets the same expensive query many times at once, and slows down; latency of everything that needs it.',
  teaches:
    'A cache hides a query that the database cannot bear uncached; without single-flight every reader of a missing key asks for it.',
  drain: {
    seconds: 5,
    why: 'the queries in hand and those that wait for a connection (2 s at most) finish first',
  },
  exclusive: true,
  excludes: ['cache-down'],
  needs: 'redis',
  start: ({ everyMs }, { cache }, { rate }) => {
    if (!cache) throw new Error('this host has no cache');
    const end = new AbortController();
    let evicted = 0;
    let inHand: Promise<void> | null = null;
    /** A cache that does not answer now may do so the next time. */
    const evict = async (): Promise<void> => {
      evicted += await cache.evict(rate, end.signal).catch(() => 0);
      inHand = null;
    };
    const timer = setInterval(() => {
      inHand ??= evict();
    }, everyMs);
    timer.unref();
    return {
      taken: () => ({ wanted: evicted, held: evicted }),
      stop: async () => {
        clearInterval(timer);
        end.abort();
        await inHand;
      },
    };
  },
});
