import { describe, expect, it } from 'vitest';
import { hash32, integer, mix32, randomOf } from './random.ts';

const take = (count: number, random: () => number) => Array.from({ length: count }, random);

describe('random', () => {
  it('gives the same stream for the same seed and iteration, and another for any other', () => {
    const stream = take(5, randomOf(1, 2));
    expect(take(5, randomOf(1, 2))).toEqual(stream);
    expect(take(5, randomOf(2, 2))).not.toEqual(stream);
    expect(take(5, randomOf(1, 3))).not.toEqual(stream);
  });

  it('is uniform enough over the first numbers of many iterations', () => {
    const first = Array.from({ length: 10_000 }, (_, iteration) => randomOf(42, iteration)());
    const tenths = Array.from(
      { length: 10 },
      (_, i) => first.filter((value) => Math.floor(value * 10) === i).length,
    );
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('gives whole numbers from low to high, both reached', () => {
    const random = randomOf(3, 0);
    const numbers = new Set(take(500, () => integer(random, 1, 4)));
    expect([...numbers].sort()).toEqual([1, 2, 3, 4]);
  });

  it('mixes and hashes as published', () => {
    // MurmurHash3 finaliser of 1, and FNV-1a of "foobar", from the reference implementations.
    expect(mix32(1)).toBe(0x514e28b7);
    expect(hash32('foobar')).toBe(0xbf9cf968);
  });
});
