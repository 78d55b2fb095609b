import { expect, test } from 'vitest';
import type { StopCondition } from '../../reports/record/indicator.ts';
import { trueFromTheStart } from './stop-refusal.ts';

const reasons = (more: Partial<StopCondition>, rate: number | null = 20) =>
  trueFromTheStart({
    rate,
    stopConditions: [{ measure: 'error-ratio', above: null, below: null, for: 5, ...more }],
  });

test.each<[Partial<StopCondition>, number | null, string]>([
  [{ measure: 'requests-per-second', below: 100 }, 20, 'the load itself is 20 requests/s'],
  [{ measure: 'requests-per-second', above: 10 }, 20, 'the load itself is 20 requests/s'],
  [{ measure: 'requests-per-second', above: 0 }, null, 'every load has requests'],
  [{ measure: 'p95', above: 0 }, 20, 'every request takes some time'],
  [{ below: 0.5 }, 20, 'where nothing fails'],
])('refuses %o at %s requests/s', (condition, rate, why) => {
  expect(reasons(condition, rate)).toEqual([expect.stringContaining(why)]);
});

test.each<[Partial<StopCondition>, number | null]>([
  [{ measure: 'requests-per-second', below: 20 }, 20],
  [{ measure: 'requests-per-second', below: 10 }, null],
  [{ measure: 'p95', above: 2 }, 20],
  [{ above: 0 }, 20],
])('takes %o at %s requests/s', (condition, rate) => {
  expect(reasons(condition, rate)).toEqual([]);
});
