import { expect, test } from 'vitest';
import { steadyViolations } from './steady-check.ts';

const at = (requests: number, failures: number) => ({
  elapsed: 0,
  requests,
  failures,
  attempts: requests,
  activeVus: 1,
  seconds: [],
});

test('only what happened in the steady phase counts', () => {
  expect(steadyViolations(at(100, 50), at(900, 50))).toEqual([]);
});
test('too many failures are named with their share', () => {
  expect(steadyViolations(at(0, 0), at(200, 10))).toEqual([expect.stringContaining('5.0 %')]);
});
test('too few requests say nothing', () => {
  expect(steadyViolations(null, at(5, 0))).toEqual([expect.stringContaining('only 5 requests')]);
});
