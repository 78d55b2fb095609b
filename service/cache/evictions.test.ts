import { describe, expect, it } from 'vitest';
import { createEvictions, type ScannedRedis } from './evictions.ts';

/** A Redis of so many keys, one to an answer of SCAN. */
const redis = (size: number, onScan: (scans: number) => void = () => undefined) => {
  const keys = new Set(Array.from({ length: size }, (_, n) => `k${n}`));
  let scans = 0;
  const client: ScannedRedis = {
    scan: async (cursor) => {
      onScan(++scans);
      const at = Number(cursor);
      const found = [`k${at}`].filter((key) => keys.has(key));
      return [String((at + 1) % size), found];
    },
    unlink: async (gone) => gone.filter((key) => keys.delete(key)).length,
  };
  return { client, keys, scans: () => scans };
};

describe('createEvictions', () => {
  it('evicts all, or a share of it', async () => {
    const all = redis(10);
    expect(await createEvictions(all.client, 'k*')(1)).toBe(10);
    expect(all.keys.size).toBe(0);
    const none = redis(10);
    expect(await createEvictions(none.client, 'k*')(0)).toBe(0);
    expect([none.keys.size, none.scans()]).toEqual([10, 10]);
  });

  it('does a part of a large Redis in one go, and goes on from there', async () => {
    const { client, keys, scans } = redis(50);
    const evict = createEvictions(client, 'k*');
    expect([await evict(1), await evict(1), await evict(1)]).toEqual([20, 20, 10]);
    expect([keys.size, scans()]).toEqual([0, 50]);
  });

  it('evicts nothing more once it is told to end', async () => {
    const end = new AbortController();
    const { client, keys, scans } = redis(10, (scan) => {
      if (scan === 3) end.abort();
    });
    expect(await createEvictions(client, 'k*')(1, end.signal)).toBe(2);
    expect([keys.size, scans()]).toEqual([8, 3]);
  });
});
