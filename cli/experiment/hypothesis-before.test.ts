import { expect, test, vi } from 'vitest';
import type { ClientPoint } from '../../reports/record/evidence.ts';
import type { Hypothesis } from '../../reports/record/indicator.ts';
import { type Before, hypothesisViolations } from './hypothesis-before.ts';

const hypothesis = (more: Partial<Hypothesis> = {}): Hypothesis => ({
  indicator: { measure: 'error-ratio', viewpoint: 'client', service: null, operation: null },
  tolerance: { atMost: 0.01, atLeast: null },
  when: ['before'],
  ...more,
});

const second = (t: number, requests: number, failures: number): ClientPoint => ({
  ...{ t, seconds: 1, requests, failures, attempts: requests, requestAttempts: requests },
  ...{ attemptFailures: failures, p50: null, p95: null, p99: null, histogram: {}, droppedIterations: 0 },
});

/** Fails before and after the steady phase, and `failures` of 100 within it. */
const check = (asked: Hypothesis[], failures: number, more: Partial<Before> = {}) =>
  hypothesisViolations({
    entryService: 'api',
    hypothesis: asked,
    steady: { from: 10, to: 12 },
    client: { overall: [second(9, 50, 50), second(10, 50, failures), second(11, 50, 0)], operations: [] },
    stack: { telemetry: () => Promise.reject(new Error('not asked')) },
    ...more,
  });

test('only the steady phase counts, against its tolerance', async () => {
  expect(await check([hypothesis()], 1)).toEqual([]);
  expect(await check([hypothesis()], 2)).toEqual([
    "the client's error-ratio was 0.02 before anything was broken (at most 0.01)",
  ]);
});

test('what is to hold later only is not asked now', async () => {
  expect(await check([hypothesis({ when: ['after'] })], 50)).toEqual([]);
});

test('what nothing measured is no violation, and a source that fails is said', async () => {
  const indicator = { measure: 'p95', viewpoint: 'server', service: 'nobody', operation: null } as const;
  const warning = vi.fn();
  expect(await check([hypothesis({ indicator })], 0, { warning })).toEqual([]);
  expect(warning).toHaveBeenCalledWith(expect.stringContaining('not asked'));
});
