import { describe, expect, it } from 'vitest';
import { pauseBefore, worstCaseSeconds, worthRetrying } from './patience.ts';

const patience = { attempts: 3, timeout: 1.5, backoff: 0.1 };

describe('patience', () => {
  it('doubles the longest pause with each retry', () => {
    expect(pauseBefore(patience, 1, () => 0.5)).toBeCloseTo(0.05);
    expect(pauseBefore(patience, 2, () => 0.5)).toBeCloseTo(0.1);
  });

  it('adds up to the longest that a request can take', () => {
    expect(worstCaseSeconds(patience)).toBeCloseTo(3 * 1.5 + 0.1 + 0.2);
    expect(worstCaseSeconds({ attempts: 1, timeout: 2, backoff: 0 })).toBe(2);
  });

  it.each([
    [0, true],
    [201, false],
    [404, false],
    [409, false],
    [429, true],
    [500, true],
    [503, true],
  ])('after status %i says %s', (status, expected) => {
    expect(worthRetrying(status)).toBe(expected);
  });
});
