import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Lease } from '../chaos/chaos-driver.ts';
import { ObsctlError } from '../shared/errors.ts';
import { clear } from './chaos.ts';
import type { Context } from './context.ts';

const lease = (id: string, instance: string) => ({ id, fault: 'latency', instance }) as Lease;
const silence = new ObsctlError('ADMIN_UNAVAILABLE', 'api-2 does not answer.');

describe('a clear while one replica is silent', () => {
  const on = [lease('latency-1', 'api-1')];
  const driver = {
    list: vi.fn(() => Promise.reject(silence)),
    look: vi.fn(async () => ({ on, silent: [silence] })),
    clear: vi.fn(async () => []),
    clearAll: vi.fn(() => Promise.reject(silence)),
    verify: vi.fn(async () => true),
  };
  const result = vi.fn();
  const context = { chaos: async () => driver, output: { result } } as unknown as Context;
  beforeEach(() => vi.clearAllMocks());

  test('of all asks every replica to end what it has, and then says who did not answer', async () => {
    await expect(clear([], true, context)).rejects.toBe(silence);
    expect(driver.clearAll).toHaveBeenCalledOnce();
  });

  test('of a lease elsewhere is done', async () => {
    await clear(['latency-1'], false, context);
    expect(driver.clear).toHaveBeenCalledWith(on);
    expect(result).toHaveBeenCalledWith({ cleared: ['latency-1'] }, expect.any(String));
  });

  test.each([['latency'], ['latency-2']])(
    'of %s ends what is known, and is not said to be whole',
    async (name) => {
      await expect(clear([name], false, context)).rejects.toBe(silence);
      expect(driver.clear).toHaveBeenCalledWith(name === 'latency' ? on : []);
      expect(result).not.toHaveBeenCalled();
    },
  );
});
