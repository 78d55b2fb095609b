import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { nowSeconds } from '../../shared/clock.ts';
import { startCadence } from './cadence.ts';

/** Unix seconds at which the work began. */
let began: number[];
let stop: () => void;

/** Work that takes so many seconds, one after the other; none after the last. */
const working = (...seconds: number[]) => {
  const lengths = [...seconds];
  return async () => {
    began.push(nowSeconds());
    const length = lengths.shift() ?? 0;
    if (length > 0) await new Promise((resolve) => setTimeout(resolve, length * 1000));
  };
};

beforeEach(() => {
  began = [];
  vi.useFakeTimers({ now: 1_000_300 });
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

test('beats at whole seconds, however long the work takes within them', async () => {
  stop = startCadence(1, working(0.2, 0.7, 0));
  await vi.advanceTimersByTimeAsync(4000);
  expect(began).toEqual([1001, 1002, 1003, 1004]);
});

test('leaves out the beats that fall into a run, and goes on at the next', async () => {
  stop = startCadence(1, working(0, 2.4));
  await vi.advanceTimersByTimeAsync(5000);
  expect(began).toEqual([1001, 1002, 1005]);
});

test('keeps a longer interval from its first whole second on', async () => {
  stop = startCadence(5, working());
  await vi.advanceTimersByTimeAsync(11_000);
  expect(began).toEqual([1001, 1006, 1011]);
});

test('does not begin early when the wall clock lags behind the timer', async () => {
  stop = startCadence(1, working());
  vi.setSystemTime(1_000_150);
  await vi.advanceTimersByTimeAsync(2000);
  expect(began).toEqual([1001, 1002]);
});

test.each([
  ['on', 2_000_400, [1001, 2002, 2003]],
  ['back', 500_400, [1001, 502, 503]],
])('follows a wall clock that is set %s', async (_where, to, expected) => {
  stop = startCadence(1, working());
  await vi.advanceTimersByTimeAsync(800);
  vi.setSystemTime(to);
  await vi.advanceTimersByTimeAsync(2700);
  expect(began).toEqual(expected);
});

test('ends when it is stopped, also in the middle of a run', async () => {
  stop = startCadence(1, working(0.5));
  await vi.advanceTimersByTimeAsync(900);
  stop();
  await vi.advanceTimersByTimeAsync(5000);
  expect(began).toEqual([1001]);
});
