import { describe, expect, it } from 'vitest';
import { median, rateOf } from '../../../scripts/matrix/wilson.ts';

describe('rate', () => {
  /** Newcombe, Statistics in Medicine 17 (1998), table I, method 3. */
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %d in %d has the published interval', (hits, n, low, high) => {
    const rate = rateOf(hits, n);
    expect(rate.low).toBeCloseTo(low, 4);
    expect(rate.high).toBeCloseTo(high, 4);
  });

  it('of none or all reaches the very end, whatever is rounded', () => {
    for (let n = 1; n <= 300; n++) {
      expect(rateOf(0, n).low).toBe(0);
      expect(rateOf(n, n).high).toBe(1);
    }
  });

  it('of nothing is unknown', () => {
    expect(rateOf(0, 0)).toEqual({ hits: 0, n: 0, share: null, low: null, high: null });
  });
});

it('takes the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNull();
});
