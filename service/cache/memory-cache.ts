import { SpanKind } from '@opentelemetry/api';
import { withSpan } from '../telemetry/spans.ts';
import type { Cache } from './cache.ts';

/** The least recently written entry goes first when there are more. */
const MAX_ENTRIES = 10_000;

const spanOf = (operation: string) => ({
  kind: SpanKind.CLIENT,
  attributes: { 'db.system.name': 'in-process', 'db.operation.name': operation },
});

/** A cache in this process, for where no Redis is; its spans look like those of a Redis client. */
export const createMemoryCache = (now: () => number = () => performance.now() / 1000): Cache => {
  const entries = new Map<string, { value: string; expiresAt: number }>();

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
    get: (key) => withSpan('get', spanOf('get'), async () => read(key)),
    set: (key, value, ttlSeconds) =>
      withSpan('set', spanOf('set'), async () => write(key, value, ttlSeconds)),
    close: async () => entries.clear(),
  };
};
