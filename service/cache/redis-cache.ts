import { Redis } from 'ioredis';
import type { Log } from '../telemetry/logger.ts';
import type { Cache } from './cache.ts';
import { commandSpans } from './command-span.ts';
import { createEvictions } from './evictions.ts';

/** Of every key of ours: the Redis may hold other people's as well. */
const PREFIX = 'shop:cache:';

const connect = (url: string): Redis =>
  new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 250,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1000),
  });

/**
 * Why there is no connection now; null while there is one. A command that is sent meanwhile fails with what ioredis
 * thinks of its queue, which says nothing of the reason.
 */
const watchConnection = (client: Redis, log: Log): (() => Error | null) => {
  let lost: Error | null = null;
  client.on('ready', () => {
    lost = null;
  });
  client.on('close', () => {
    lost ??= new Error('Connection is closed.');
  });
  client.on('error', (error: Error) => {
    lost = error;
    log.warn({ err: error }, 'redis connection failed');
  });
  return () => lost;
};

/** A cache in Redis. Commands fail at once while there is no connection, so that readers go to the database. */
export const createRedisCache = (url: string, log: Log): Cache => {
  const client = connect(url);
  const whyLost = watchConnection(client, log);
  const { hostname, port } = new URL(url);
  const inSpan = commandSpans({
    'db.system.name': 'redis',
    'server.address': hostname,
    'server.port': Number(port || 6379),
  });
  const run = <T>(operation: 'get' | 'set', key: string, command: (key: string) => Promise<T>): Promise<T> =>
    inSpan(operation, PREFIX + key, () =>
      command(PREFIX + key).catch((error) => Promise.reject(whyLost() ?? error)),
    );
  return {
    backend: 'redis',
    get: (key) => run('get', key, (full) => client.get(full)),
    set: async (key, value, ttlSeconds) => {
      await run('set', key, (full) => client.set(full, value, 'EX', ttlSeconds));
    },
    evict: createEvictions(client, `${PREFIX}*`),
    close: async () => client.disconnect(),
  };
};
