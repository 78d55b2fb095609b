import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PhaseClock } from './phase-clock.ts';

beforeEach(() => vi.useFakeTimers({ now: 1_700_000_000_250 }));
afterEach(() => vi.useRealTimers());

const signal = new AbortController().signal;

test('every phase but the first begins at a whole second, and ends where the next begins', async () => {
  const clock = new PhaseClock();
  for (const [name, seconds] of [
    ['warm-up', 2],
    ['steady', 10],
    ['fault', 5.5],
  ] as const) {
    const staying = clock.stay(name, seconds, signal);
    await vi.runAllTimersAsync();
    await staying;
  }
  expect(clock.phases).toEqual([
    { name: 'warm-up', from: 1_700_000_000.25, to: 1_700_000_003 },
    { name: 'steady', from: 1_700_000_003, to: 1_700_000_013 },
    { name: 'fault', from: 1_700_000_013, to: 1_700_000_019 },
  ]);
});

test('a phase that is cut short ends where it was cut', async () => {
  const clock = new PhaseClock();
  const controller = new AbortController();
  const staying = clock.stay('steady', 10, controller.signal);
  setTimeout(() => controller.abort(new Error('enough')), 3000);
  const failed = expect(staying).rejects.toThrow('enough');
  await vi.runAllTimersAsync();
  await failed;
  expect(clock.phases[0]!.to).toBeCloseTo(1_700_000_003.25, 3);
  expect(clock.name).toBeNull();
});

test('time that the work itself takes is part of the phase', async () => {
  const clock = new PhaseClock();
  const working = clock.within('fault', 5, async (untilEnd) => {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await untilEnd(signal);
  });
  await vi.runAllTimersAsync();
  await working;
  expect(Date.now()).toBe(1_700_000_006_000);
});
