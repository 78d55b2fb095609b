import { expect, test } from 'vitest';
import { bootClock, later, secondsUntil } from './boot-clock.ts';

const now = { boot: 'a', monotonic: 100, wall: 1_000_000 };

test('within one boot the monotonic clock counts, whatever became of the wall clock', () => {
  const deadline = later(now, 5);
  expect(secondsUntil(deadline, { boot: 'a', monotonic: 102, wall: 5 })).toBe(3);
  expect(secondsUntil(deadline, { boot: 'a', monotonic: 106, wall: 5 })).toBe(0);
});

test('after a restart of the machine every lease is over', () =>
  expect(secondsUntil(later(now, 900), { ...now, boot: 'b' })).toBe(0));

test('where the boot is not known the wall clock counts', () => {
  const unknown = { ...now, boot: null };
  expect(secondsUntil(later(unknown, 5), { boot: null, monotonic: 1, wall: 1_000_002 })).toBe(3);
});

test('two processes of one machine read the same clock', () => {
  const [one, two] = [bootClock(), bootClock()];
  expect(two.boot).toBe(one.boot);
  expect(secondsUntil(later(one, 10), two)).toBeGreaterThan(5);
});
