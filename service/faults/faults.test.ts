import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { Capacity } from '../shop/capacity.ts';
import { FAULTS } from './index.ts';

const request = { route: '/', method: 'GET', headers: {} };
const start = async (name: string, parameters: object = {}, host = {}, rate = 1) => {
  const fault = FAULTS[name]!;
  return fault.start(fault.parameters.parse(parameters), host, { rate });
};

describe('every fault', () => {
  it.each(Object.entries(FAULTS))('%s is described and stands in the index under its name', (name, fault) => {
    expect(fault.name).toBe(name);
    for (const field of Object.values(fault.parameters.shape)) expect(field.description).toBeTruthy();
    expect(fault.parameters.safeParse({}).success).toBe(true);
    expect(fault.parameters.safeParse({ nonsense: 1 }).success).toBe(false);
  });

  it('loads with zod and node built-ins only, so that the CLI stays light', () => {
    for (const file of readdirSync(import.meta.dirname).filter((name) => !name.endsWith('.test.ts'))) {
      const source = readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
      const imports = [...source.matchAll(/from '([^']+)'/g)].map(([, specifier]) => specifier);
      expect(imports.filter((specifier) => !/^(zod|node:.+|\.\/[\w-]+\.ts)$/.test(specifier!))).toEqual([]);
    }
  });
});

describe.each(['latency', 'downstream-timeout'])('%s', (name) => {
  it('waits as long as it is told', async () => {
    vi.useFakeTimers();
    try {
      const { handle } = await start(name, { ms: 700 });
      const done = vi.fn();
      void Promise.resolve(handle?.(request)).then(done);
      await vi.advanceTimersByTimeAsync(699);
      expect(done).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      expect(done).toHaveBeenCalled();
    } finally {
      vi.useRealTimers();
    }
  });

  it('lets waiting requests go when it is stopped', async () => {
    const { handle, stop } = await start(name, { ms: 10_000 });
    const waiting = [handle?.(request), handle?.(request)];
    await stop?.();
    await Promise.all(waiting);
  });

  it('makes nobody wait after it was stopped', async () => {
    vi.useFakeTimers();
    try {
      const { handle, stop } = await start(name, { ms: 10_000 });
      await stop?.();
      void handle?.(request);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('latency', () => {
  it('spreads by its jitter', async () => {
    vi.useFakeTimers();
    const set = vi.spyOn(globalThis, 'setTimeout');
    const { handle } = await start('latency', { ms: 100, jitter: 50 });
    for (let n = 0; n < 200; n++) void handle?.(request);
    const delays = set.mock.calls.map(([, milliseconds]) => milliseconds as number);
    vi.useRealTimers();
    set.mockRestore();
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...delays)).toBeLessThanOrEqual(150);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(50);
  });
});

describe('error', () => {
  const thrown = async (status: number): Promise<Error & { statusCode?: number }> => {
    const { handle } = await start('error', { status });
    try {
      await handle?.(request);
    } catch (error) {
      return error as Error;
    }
    return expect.unreachable('it did not throw');
  };

  it('throws what an application throws', async () => {
    expect(await thrown(500)).toBeInstanceOf(TypeError);
    expect((await thrown(500)).statusCode).toBeUndefined();
    expect((await thrown(503)).statusCode).toBe(503);
    expect((await thrown(599)).statusCode).toBe(599);
  });

  it('says nothing of an injection', async () => {
    for (let status = 500; status < 600; status++) {
      expect((await thrown(status)).message).not.toMatch(/fault|inject|chaos|simulat|obsctl/i);
    }
  });
});

describe('retry-storm', () => {
  it.each([
    ['all slots', {}, 1, 4],
    ['the share that the rate says', {}, 0.5, 2],
    ['the number it is told', { slots: 3 }, 1, 3],
  ])('takes %s until the end', async (_what, parameters, rate, held) => {
    const capacity = new Capacity(4, 10);
    const { stop, taken } = await start('retry-storm', parameters, { capacity }, rate);
    expect(capacity.used).toBe(held);
    expect(taken?.()).toEqual({ wanted: held, held });
    await stop?.();
    expect(taken?.()).toEqual({ wanted: held, held: 0 });
    expect(capacity.used).toBe(0);
  });

  it('refuses more slots than there are, and a host without any', () => {
    const refused = (slots: number, capacity?: Capacity) =>
      FAULTS['retry-storm']!.refuse!({ slots }, { capacity }, { rate: 1 });
    expect(refused(5, new Capacity(4, 10))).toMatch('parameters.slots: at most 4 here, not 5');
    expect(refused(4, new Capacity(4, 10))).toBeNull();
    expect(refused(1)).toMatch('no finite capacity');
  });
});
