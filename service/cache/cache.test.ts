import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createMetrics } from '../telemetry/metrics.ts';
import { recordingLog } from '../test-support/fakes.ts';
import { recordSpans } from '../test-support/recorded-spans.ts';
import type { Cache } from './cache.ts';
import { commandSpans } from './command-span.ts';
import { createMemoryCache } from './memory-cache.ts';
import { createReadThrough } from './read-through.ts';

describe('createMemoryCache', () => {
  it('forgets after the time to live', async () => {
    let now = 0;
    const cache = createMemoryCache(() => now);
    await cache.set('a', '1', 10);
    now = 9.9;
    expect(await cache.get('a')).toBe('1');
    now = 10;
    expect(await cache.get('a')).toBeNull();
  });

  it('stays bounded: the oldest goes first', async () => {
    const cache = createMemoryCache();
    for (let n = 0; n <= 10_000; n++) await cache.set(`k${n}`, 'v', 10);
    expect(await cache.get('k0')).toBeNull();
    expect(await cache.get('k1')).toBe('v');
  });

  it('lets go of the share it is told to, and says how many', async () => {
    const cache = createMemoryCache();
    for (let n = 0; n < 1000; n++) await cache.set(`k${n}`, 'v', 10);
    const some = await cache.evict(0.3);
    expect(some).toBeGreaterThan(200);
    expect(some).toBeLessThan(400);
    expect(await cache.evict(1)).toBe(1000 - some);
    expect(await cache.get('k0')).toBeNull();
  });
});

describe('a cache whose commands are traced', () => {
  const recorded = recordSpans();
  afterAll(() => recorded.stop());

  it('leaves a client span of each, failed where the command failed', async () => {
    recorded.reset();
    const inSpan = commandSpans({ 'db.system.name': 'redis', 'server.port': 6379 });
    await inSpan('get', 'a', async () => '1');
    const refused = new Error('connect ECONNREFUSED 127.0.0.1:6379');
    await expect(inSpan('set', 'a', () => Promise.reject(refused))).rejects.toBe(refused);
    expect(recorded.spans().map(({ name, kind, attributes }) => ({ name, kind, attributes }))).toEqual(
      ['get', 'set'].map((name) => ({
        name,
        kind: SpanKind.CLIENT,
        attributes: {
          'db.system.name': 'redis',
          'server.port': 6379,
          'db.operation.name': name,
          'db.query.text': `${name} a`,
        },
      })),
    );
    expect(recorded.spans().map(({ status }) => status)).toEqual([
      { code: SpanStatusCode.UNSET },
      { code: SpanStatusCode.ERROR, message: refused.message },
    ]);
  });
});

describe('createReadThrough', () => {
  const setUp = (cache: Cache) => {
    const metrics = createMetrics();
    const { log, lines } = recordingLog();
    const counts = async () =>
      Object.fromEntries(
        (await metrics.cacheRequests.get()).values.map(({ labels, value }) => [labels.result, value]),
      );
    return { cached: createReadThrough(cache, metrics, log), counts, lines };
  };

  it('loads once, then hits', async () => {
    const { cached, counts } = setUp(createMemoryCache());
    const load = vi.fn(async () => ({ id: 1 }));
    expect(await cached.read('k', 10, load)).toEqual({ id: 1 });
    expect(await cached.read('k', 10, load)).toEqual({ id: 1 });
    expect(load).toHaveBeenCalledTimes(1);
    expect(await counts()).toEqual({ miss: 1, hit: 1 });
  });

  it('does not keep what is not there', async () => {
    const { cached } = setUp(createMemoryCache());
    const load = vi.fn(async () => null);
    await cached.read('k', 10, load);
    await cached.read('k', 10, load);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('goes to the source when the cache is down', async () => {
    const down = () => Promise.reject(new Error('connection refused'));
    const { cached, counts, lines } = setUp({
      backend: 'redis',
      get: down,
      set: down,
      evict: down,
      close: async () => undefined,
    });
    expect(await cached.read('k', 10, async () => 7)).toBe(7);
    expect(await counts()).toEqual({ error: 1 });
    expect(lines.map(({ msg }) => msg)).toEqual(['cache read failed', 'cache write failed']);
  });
});
