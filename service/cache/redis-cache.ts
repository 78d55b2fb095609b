import { Redis } from 'ioredis';
import type { Log } from '../telemetry/logger.ts';
import type { Cache } from './cache.ts';

/** A cache in Redis. Commands fail at once while there is no connection, so that readers go to the database. */
export const createRedisCache = (url: string, log: Log): Cache => {
  const client = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 250,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1000),
  });
  client.on('error', (error: Error) => log.warn({ err: error }, 'redis connection failed'));
  return {
    backend: 'redis',
    get: (key) => client.get(key),
    set: async (key, value, ttlSeconds) => {
      await client.set(key, value, 'EX', ttlSeconds);
    },
    close: async () => client.disconnect(),
  };
};
