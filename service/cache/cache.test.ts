import { describe, expect, it, vi } from 'vitest';
import { createMetrics } from '../telemetry/metrics.ts';
import { recordingLog } from '../test-support/fakes.ts';
import type { Cache } from './cache.ts';
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
      close: async () => undefined,
    });
    expect(await cached.read('k', 10, async () => 7)).toBe(7);
    expect(await counts()).toEqual({ error: 1 });
    expect(lines.map(({ msg }) => msg)).toEqual(['cache read failed', 'cache write failed']);
  });
});
