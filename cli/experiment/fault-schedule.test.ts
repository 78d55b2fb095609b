import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { InjectedFault } from '../../reports/record/truth.ts';
import { sleep } from '../shared/clock.ts';
import { FaultSchedule } from './fault-schedule.ts';

const PHASE = 20;
const planned = (fault: string, at: number, duration: number) => ({
  fault,
  parameters: {},
  target: {},
  at,
  duration,
});

describe('a schedule of faults', () => {
  let said: string[];
  let failing: Record<string, Error>;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
    said = [];
    failing = {};
    slow = {};
    apart = () => false;
  });
  afterEach(() => vi.useRealTimers());

  /** Seconds that an action takes. */
  let slow: Record<string, number>;
  const keeperOf = ({ fault: name }: { fault: string }) => {
    const fault = { name, injectedAt: null } as InjectedFault;
    const act = (what: string) => async () => {
      said.push(`${(performance.now() / 1000).toFixed(0)} ${what} ${name}`);
      const error = failing[`${what} ${name}`];
      if (error) throw error;
      if (slow[`${what} ${name}`]) await sleep(slow[`${what} ${name}`]!);
      if (what === 'inject') fault.injectedAt = 1;
    };
    return { fault, inject: act('inject'), clear: act('clear') };
  };
  let apart: (a: { fault: string }, b: { fault: string }) => boolean;
  const scheduleOf = (...faults: ReturnType<typeof planned>[]) =>
    new FaultSchedule(faults, PHASE, keeperOf, (a, b) => apart(a, b));
  const played = async (schedule: FaultSchedule, signal = new AbortController().signal) => {
    const outcome = schedule.play(signal).then(
      () => null,
      (error) => error,
    );
    await vi.advanceTimersByTimeAsync(PHASE * 1000);
    return outcome;
  };

  test('injects in the order of their times, not of their names, and leaves the rest to the end', async () => {
    const schedule = scheduleOf(planned('late', 8, 12), planned('early', 0, 20), planned('middle', 3, 17));
    expect(await played(schedule)).toBeNull();
    expect(said).toEqual(['0 inject early', '3 inject middle', '8 inject late']);
    expect(schedule.injected.map(({ name }) => name)).toEqual(['late', 'early', 'middle']);
    await schedule.clear();
    expect(said.slice(3)).toEqual(['20 clear late', '20 clear early', '20 clear middle']);
  });

  test('clears what ends before the phase does, and before what it excludes begins at that moment', async () => {
    apart = () => true;
    await played(scheduleOf(planned('second', 5, 10), planned('first', 0, 5)));
    expect(said).toEqual(['0 inject first', '5 clear first', '5 inject second', '15 clear second']);
  });

  test('the first failure stops what was to come; all are cleared whatever fails, and the first failure is thrown', async () => {
    failing = {
      'inject b': new Error('no room'),
      'clear a': new Error('a stays'),
      'clear b': new Error('b stays'),
    };
    const schedule = scheduleOf(planned('a', 0, 20), planned('b', 2, 18), planned('c', 4, 16));
    expect((await played(schedule)).message).toBe('no room');
    expect(schedule.injected.map(({ name }) => name)).toEqual(['a']);
    expect(schedule.truth.faults).toHaveLength(3);
    await expect(schedule.clear()).rejects.toThrow('a stays');
    expect(said).toEqual(
      ['0 inject a', '2 inject b', '2 clear a', '2 clear b', '2 clear c'].map((line, i) =>
        i > 1 ? line.replace('2', '20') : line,
      ),
    );
  });

  test('a clear that takes long holds up only what it excludes', async () => {
    slow = { 'clear a': 6 };
    apart = (one, other) => [one.fault, other.fault].sort().join() === 'a,c';
    await played(scheduleOf(planned('a', 0, 5), planned('b', 6, 2), planned('c', 7, 2)));
    expect(said).toEqual(['0 inject a', '5 clear a', '6 inject b', '8 clear b', '11 inject c', '11 clear c']);
  });

  test('nothing more begins once it was interrupted, also when that is late already', async () => {
    const controller = new AbortController();
    slow = { 'inject a': 4 };
    setTimeout(() => controller.abort(new Error('Ctrl-C')), 3000);
    apart = () => true;
    const outcome = await played(scheduleOf(planned('a', 0, 2), planned('b', 2, 18)), controller.signal);
    expect(outcome.message).toBe('Ctrl-C');
    expect(said).toEqual(['0 inject a']);
  });

  test('it ends only when what was under way is done: it is cleared after that', async () => {
    slow = { 'inject a': 4 };
    failing = { 'inject b': new Error('no room') };
    const schedule = scheduleOf(planned('a', 0, 20), planned('b', 2, 18));
    expect((await played(schedule)).message).toBe('no room');
    expect(schedule.injected.map(({ name }) => name)).toEqual(['a']);
  });

  test('an interruption ends it at once', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('Ctrl-C')), 3000);
    expect(
      (await played(scheduleOf(planned('a', 0, 20), planned('b', 5, 15)), controller.signal)).message,
    ).toBe('Ctrl-C');
    expect(said).toEqual(['0 inject a']);
  });
});
