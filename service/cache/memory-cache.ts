import type { Cache } from './cache.ts';
import { commandSpans } from './command-span.ts';

/** The least recently written entry goes first when there are more. */
const MAX_ENTRIES = 10_000;

/** A cache in this process, for where no Redis is; its spans look like those of a Redis client. */
export const createMemoryCache = (now: () => number = () => performance.now() / 1000): Cache => {
  const entries = new Map<string, { value: string; expiresAt: number }>();
  const inSpan = commandSpans({ 'db.system.name': 'in-process' });

  const read = (key: string): string | null => {
    const entry = entries.get(key);
    if (entry && entry.expiresAt > now()) return entry.value;
    entries.delete(key);
    return null;
  };

  const write = (key: string, value: string, ttlSeconds: number): void => {
    entries.delete(key);
    entries.set(key, { value, expiresAt: now() + ttlSeconds });
    if (entries.size > MAX_ENTRIES) entries.delete(entries.keys().next().value as string);
  };

  return {
    backend: 'in-process',
    get: (key) => inSpan('get', key, async () => read(key)),
    set: (key, value, ttlSeconds) => inSpan('set', key, async () => write(key, value, ttlSeconds)),
    evict: async (share) => {
      const chosen = [...entries.keys()].filter(() => Math.random() < share);
      for (const key of chosen) entries.delete(key);
      return chosen.length;
    },
    close: async () => entries.clear(),
  };
};
