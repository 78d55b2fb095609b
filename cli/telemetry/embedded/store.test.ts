import { afterEach, describe, expect, test } from 'vitest';
import type { Log } from '../../../reports/record/evidence.ts';
import { Store } from './store.ts';
import { LOGS } from './store-tables.ts';

const log = (body: string): Log => ({
  ...{
    time: 1,
    service: 'api',
    instance: 'api-1',
    severity: 'info',
    traceId: null,
    spanId: null,
    attributes: {},
  },
  body,
});

let store: Store;
afterEach(() => store.close());

const bodies = async (): Promise<unknown[]> =>
  (await store.query('SELECT body FROM logs ORDER BY body')).map(({ body }) => body);

describe('the store', () => {
  test('shows after a flush what was put before it, more rows than a chunk holds included', async () => {
    store = await Store.open(':memory:');
    store.put(
      LOGS,
      Array.from({ length: 5000 }, (_, i) => log(`line ${i}`)),
    );
    await store.flush();
    const [row] = await store.query(
      'SELECT count(*)::INTEGER AS rows, count(DISTINCT body)::INTEGER AS bodies FROM logs',
    );
    expect(row).toEqual({ rows: 5000, bodies: 5000 });
  });

  test('keeps hostile text as far as UTF-8 can', async () => {
    store = await Store.open(':memory:');
    store.put(LOGS, [log("a'; DROP TABLE logs; --"), log('nul \0 byte'), log('\ud800'), log('ü €')]);
    await store.flush();
    expect(await bodies()).toEqual(["a'; DROP TABLE logs; --", 'nul \0 byte', 'ü €', '\ufffd']);
  });

  test('has room up to its limits, and again when it has written', async () => {
    store = await Store.open(':memory:', { maxQueuedRows: 10, maxQueuedBytes: 1000 });
    expect(store.hasRoom(99)).toBe(true);
    store.put(
      LOGS,
      Array.from({ length: 8 }, () => log('x')),
      400,
    );
    expect([store.hasRoom(2, 600), store.hasRoom(3), store.hasRoom(1, 601)]).toEqual([true, false, false]);
    await store.flush();
    expect(store.hasRoom(10, 1000)).toBe(true);
  });

  test('keeps the rows when a write fails, says so, and writes them later', async () => {
    store = await Store.open(':memory:');
    await store.query('ALTER TABLE logs RENAME TO elsewhere');
    store.put(LOGS, [log('a')]);
    await expect(store.flush()).rejects.toThrow();
    expect(store.lastFailure).toContain('logs');
    store.put(LOGS, [log('b')]);
    await store.query('ALTER TABLE elsewhere RENAME TO logs');
    await store.flush();
    expect(await bodies()).toEqual(['a', 'b']);
    expect(store.lastFailure).toBeNull();
  });

  test('forgets what is older than it is told', async () => {
    store = await Store.open(':memory:');
    store.put(LOGS, [
      { ...log('old'), time: 10 },
      { ...log('new'), time: 20 },
    ]);
    await store.flush();
    await store.prune(15);
    expect(await bodies()).toEqual(['new']);
  });

  test('many flushes at once write every row once', async () => {
    store = await Store.open(':memory:');
    const names = Array.from({ length: 20 }, (_, i) => `line ${String(i).padStart(2, '0')}`);
    await Promise.all(
      names.map((name) => {
        store.put(LOGS, [log(name)]);
        return store.flush();
      }),
    );
    expect(await bodies()).toEqual(names);
  });
});
