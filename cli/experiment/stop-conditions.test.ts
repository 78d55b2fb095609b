import { expect, test } from 'vitest';
import type { ClientPoint } from '../../reports/record/evidence.ts';
import type { StopCondition } from '../../reports/record/indicator.ts';
import { conditionText, StopWatch } from './stop-conditions.ts';

const condition = (more: Partial<StopCondition>): StopCondition => ({
  ...{ measure: 'error-ratio', above: 0.5, below: null, for: 3 },
  ...more,
});

/** Seconds from 100 on, each with its requests, failures and p95. */
const seconds = (...values: [requests: number, failures: number, p95?: number][]): ClientPoint[] =>
  values.map(([requests, failures, p95 = null], i) => {
    const counts = {
      requests,
      failures,
      attempts: requests,
      requestAttempts: requests,
      attemptFailures: failures,
    };
    return {
      t: 100 + i,
      seconds: 1,
      ...counts,
      p50: p95,
      p95,
      p99: p95,
      histogram: {},
      droppedIterations: 0,
    };
  });

const stopAt = (wanted: Partial<StopCondition>, ...values: Parameters<typeof seconds>) =>
  new StopWatch([condition(wanted)]).take(seconds(...values))?.at ?? null;

test('holds once it was outside for that long without a break, at the end of the last second', () => {
  expect(stopAt({}, [10, 6], [10, 6], [10, 6])).toBe(103);
  expect(stopAt({}, [10, 6], [10, 6])).toBeNull();
});

test('a second inside begins the count anew; a value at the limit is inside', () => {
  expect(stopAt({}, [10, 6], [10, 6], [10, 5], [10, 6], [10, 6])).toBeNull();
});

test('a second without anything to measure neither breaks nor ends it', () => {
  expect(stopAt({}, [10, 6], [0, 0], [10, 6])).toBe(103);
  expect(stopAt({}, [10, 6], [0, 0], [0, 0])).toBeNull();
});

test('latency counts in seconds of p95, and a rate of nothing at all is below', () => {
  expect(stopAt({ measure: 'p95', above: 1, for: 1 }, [1, 0, 0.9], [1, 0, 1.1])).toBe(102);
  expect(
    stopAt({ measure: 'requests-per-second', above: null, below: 1, for: 2 }, [5, 0], [0, 0], [0, 0]),
  ).toBe(103);
});

test('the count goes on over several calls', () => {
  const watch = new StopWatch([condition({})]);
  const all = seconds([10, 6], [10, 6], [10, 6]);
  expect(watch.take(all.slice(0, 2))).toBeNull();
  expect(watch.take(all.slice(2))?.text).toContain('error ratio above 0.5 for 3 s (0.6 in the last of them)');
});

test('is said in words', () => {
  expect(conditionText(condition({ measure: 'p95', above: 2, for: 10 }))).toBe('p95 above 2 s for 10 s');
});
