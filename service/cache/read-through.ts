import type { Log } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Cache } from './cache.ts';

export interface ReadThrough {
  readonly backend: Cache['backend'];
  /** The cached value, else what `load` finds (kept for `ttlSeconds`); null is not kept. */
  read<T>(key: string, ttlSeconds: number, load: () => Promise<T | null>): Promise<T | null>;
}

/** Reads through a cache and counts hits, misses and errors. A cache that fails is passed by. */
export const createReadThrough = (cache: Cache, metrics: Metrics, log: Log): ReadThrough => {
  const count = (result: 'hit' | 'miss' | 'error') =>
    metrics.cacheRequests.inc({ result, backend: cache.backend });

  const lookUp = async (key: string): Promise<string | null> => {
    try {
      const value = await cache.get(key);
      count(value === null ? 'miss' : 'hit');
      return value;
    } catch (error) {
      count('error');
      log.warn({ err: error }, 'cache read failed');
      return null;
    }
  };

  const keep = (key: string, value: string, ttlSeconds: number): Promise<void> =>
    cache.set(key, value, ttlSeconds).catch((error) => log.warn({ err: error }, 'cache write failed'));

  return {
    backend: cache.backend,
    read: async <T>(key: string, ttlSeconds: number, load: () => Promise<T | null>) => {
      const cached = await lookUp(key);
      if (cached !== null) return JSON.parse(cached) as T;
      const value = await load();
      if (value !== null) await keep(key, JSON.stringify(value), ttlSeconds);
      return value;
    },
  };
};
