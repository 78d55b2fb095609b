import { freemem } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { describe, expect, it, vi } from 'vitest';
import type { FaultHooks } from './fault.ts';
import { FAULTS } from './index.ts';

vi.mock('node:v8', { spy: true });
vi.mock('node:os', { spy: true });

const MEGABYTE = 2 ** 20;
const request = { route: 'orders', method: 'PROCESS', headers: {} };
const fault = (name: string) => FAULTS[name]!;
const start = async (name: string, parameters: object = {}, rate = fault(name).defaultRate ?? 1) =>
  fault(name).start(fault(name).parameters.parse(parameters), {}, { rate });
const refusal = (name: string, parameters: object, rate = 1) =>
  fault(name).refuse?.(fault(name).parameters.parse(parameters), {}, { rate });
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const heapMb = () => getHeapStatistics().used_heap_size / MEGABYTE;
const held = ({ taken }: FaultHooks) => taken!().held;
const until = (holds: () => boolean) => vi.waitUntil(holds, { timeout: 4_000, interval: 5 });

describe('bounds', () => {
  it.each([
    ['heavy-task', { ms: 5_001 }],
    ['cpu-burn', { threads: 10_000 }],
    ['cpu-burn', { threads: 0 }],
    ['event-loop-block', { ms: 9 }],
    ['event-loop-block', { ms: 1_001 }],
    ['memory-leak', { maxMb: 1_025 }],
    ['memory-leak', { mbPerSecond: 129 }],
  ])('%s refuses %o', (name, parameters) => {
    expect(fault(name).parameters.safeParse(parameters).success).toBe(false);
  });

  it('event-loop-block leaves a tenth of the time to the loop', () => {
    expect(refusal('event-loop-block', {}, 0.91)).toMatch(/at most 0\.9/);
    expect(refusal('event-loop-block', {}, 0.9)).toBeNull();
  });

  it('memory-leak leaves 512 MiB to the machine, also while it grows', async () => {
    vi.mocked(freemem).mockReturnValueOnce(612 * MEGABYTE);
    expect(refusal('memory-leak', { maxMb: 101 })).toMatch(
      /101 is more than the 100 MiB.*the machine can spare/,
    );
    vi.mocked(freemem).mockReturnValueOnce(612 * MEGABYTE);
    expect(refusal('memory-leak', { maxMb: 100 })).toBeNull();
    vi.mocked(freemem).mockReturnValue(511 * MEGABYTE);
    const looks = vi.mocked(freemem).mock.calls.length;
    const hooks = await start('memory-leak');
    await until(() => vi.mocked(freemem).mock.calls.length > looks + 2);
    expect(held(hooks)).toBe(0);
    vi.mocked(freemem).mockReset();
    await hooks.stop?.();
  });

  it('memory-leak stays below half of the limit of the heap', () => {
    const limit = (megabytes: number) =>
      vi.mocked(getHeapStatistics).mockReturnValueOnce({
        ...getHeapStatistics(),
        heap_size_limit: megabytes * MEGABYTE,
        used_heap_size: 50 * MEGABYTE,
      });
    limit(600);
    expect(refusal('memory-leak', { maxMb: 256 })).toMatch(/256 is more than the 250 MiB/);
    limit(612);
    expect(refusal('memory-leak', { maxMb: 256 })).toBeNull();
  });
});

describe('heavy-task', () => {
  it('burns CPU for one job after the other', async () => {
    const { handle } = await start('heavy-task', { ms: 60 });
    const before = cpuMs();
    const begin = performance.now();
    const ended: number[] = [];
    const job = async () => {
      await handle?.(request);
      ended.push(performance.now() - begin);
    };
    await Promise.all([job(), job(), job()]);
    expect(ended.map((ms, index) => ms >= 60 * (index + 1))).toEqual([true, true, true]);
    expect(cpuMs() - before).toBeGreaterThan(20);
  });

  it('lets go of all that burn or wait when it is stopped, and burns no more', async () => {
    const { handle, stop } = await start('heavy-task', { ms: 5_000 });
    const jobs = Array.from({ length: 50 }, () => handle?.(request));
    await stop?.();
    await Promise.all([...jobs, handle?.(request)]);
  }, 4_000);
});

describe('cpu-burn', () => {
  it('burns in threads until it is stopped', async () => {
    const hooks = await start('cpu-burn');
    expect(hooks.taken?.()).toEqual({ wanted: 1, held: 1 });
    const before = cpuMs();
    await until(() => cpuMs() - before > 150);
    await hooks.stop?.();
    expect(held(hooks)).toBe(0);
    const after = cpuMs();
    await pause(200);
    expect(cpuMs() - after).toBeLessThan(100);
  });

  it('idles for the rest of the time', async () => {
    const cores = async (rate: number) => {
      const hooks = await start('cpu-burn', {}, rate);
      const [before, begin] = [cpuMs(), performance.now()];
      await pause(300);
      const used = (cpuMs() - before) / (performance.now() - begin);
      await hooks.stop?.();
      return used;
    };
    expect(await cores(0.1)).toBeLessThan((await cores(1)) / 2);
  });
});

describe('event-loop-block', () => {
  it('blocks in slices, and lets the loop run in between', async () => {
    const hooks = await start('event-loop-block', { ms: 20 }, 0.5);
    let longest = 0;
    let last = performance.now();
    let turns = 0;
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
      turns++;
    }, 1);
    await until(() => held(hooks) >= 80);
    clearInterval(timer);
    await hooks.stop?.();
    const { wanted, held: blocked } = hooks.taken!();
    expect(longest).toBeGreaterThan(19);
    expect(turns).toBeGreaterThan(4);
    expect(blocked / wanted).toBeLessThan(0.8);
    await pause(60);
    expect(hooks.taken!()).toEqual({ wanted, held: blocked });
  });

  it('hardly ever blocks at the smallest of rates', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const hooks = await start('event-loop-block', { ms: 10 }, 1e-9);
      vi.advanceTimersByTime(1_000);
      expect(held(hooks)).toBeGreaterThan(0);
      expect(held(hooks)).toBeLessThan(500);
      await hooks.stop?.();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('memory-leak', () => {
  it('fills the heap up to its bound and gives it back at the end', async () => {
    const before = heapMb();
    const hooks = await start('memory-leak', { mbPerSecond: 128, maxMb: 40 });
    await until(() => held(hooks) > 39.9);
    await pause(60);
    expect(held(hooks)).toBeLessThanOrEqual(40);
    expect(heapMb() - before).toBeGreaterThan(35);
    await hooks.stop?.();
    expect(held(hooks)).toBe(0);
    expect(heapMb() - before).toBeLessThan(20);
  });

  it('grows at the speed that the rate says', async () => {
    const hooks = await start('memory-leak', { mbPerSecond: 100, maxMb: 100 }, 0.1);
    const begin = performance.now();
    await until(() => held(hooks) > 1);
    const elapsed = (performance.now() - begin) / 1000;
    expect(held(hooks)).toBeLessThan(0.5 + 10 * elapsed * 1.5);
    await hooks.stop?.();
  });
});
