import { describe, expect, it } from 'vitest';
import type { Change } from './change.ts';
import { isAbnormal, standsOut } from './rules.ts';

const errors = (name: string, failures: number, requests = 200): Change => ({
  name,
  steady: { requests: 200, failures: 0, p95: 0.05 },
  during: { requests, failures, p95: 0.05 },
});
const slow = (name: string, p95: number): Change => ({
  name,
  steady: { requests: 200, failures: 0, p95: 0.05 },
  during: { requests: 200, failures: 0, p95 },
});
const outstanding = (kind: 'error' | 'latency', changes: Change[]) =>
  changes.filter((change) => standsOut(kind, change, changes)).map(({ name }) => name);

describe('errors', () => {
  it('name an operation that fails more than the others and carries most of the failures', () => {
    expect(outstanding('error', [errors('a', 60), errors('b', 2), errors('c', 0)])).toEqual(['a']);
  });

  it('name none where all fail alike, even where one has most of the traffic', () => {
    const alike = [errors('a', 240, 800), errors('b', 29, 100), errors('c', 31, 100)];
    expect(alike.every((change) => isAbnormal('error', change))).toBe(true);
    expect(outstanding('error', alike)).toEqual([]);
  });

  it('name none of one, and none that differs but carries little', () => {
    expect(outstanding('error', [errors('a', 60)])).toEqual([]);
    expect(outstanding('error', [errors('a', 300, 1000), errors('b', 80, 100)])).toEqual([]);
  });
});

describe('latency', () => {
  it('names an operation that adds twice the seconds of the next one', () => {
    expect(outstanding('latency', [slow('a', 0.9), slow('b', 0.3)])).toEqual(['a']);
    expect(outstanding('latency', [slow('a', 0.9), slow('b', 0.8)])).toEqual([]);
    expect(outstanding('latency', [slow('a', 0.9)])).toEqual([]);
  });

  it('does not take milliseconds for a change', () => {
    expect(isAbnormal('latency', slow('a', 0.055))).toBe(false);
    expect(
      isAbnormal('latency', { ...slow('a', 0.9), steady: { requests: 0, failures: 0, p95: null } }),
    ).toBe(false);
  });
});
