import { expect, test, vi } from 'vitest';
import { ObsctlError } from '../shared/errors.ts';
import type { ChaosDriver, Lease, Look } from './chaos-driver.ts';
import { ChaosDrivers } from './chaos-drivers.ts';

const lease = (fault: string, instance: string): Lease =>
  ({ id: `${fault}-1`, fault, instance, state: { id: `${fault}-1`, expiresIn: 5 } }) as Lease;

const fake = <T extends Partial<ChaosDriver> = object>(on: Lease[], more: T = {} as T) => ({
  check: vi.fn(async () => ['api-2']),
  inject: vi.fn(async () => on),
  renew: vi.fn(async () => {}),
  clear: vi.fn(async (leases: Lease[]) => leases.map(({ state }) => state)),
  list: vi.fn(async () => on),
  look: vi.fn(async (): Promise<Look> => ({ on, silent: [] })),
  clearAll: vi.fn(async () => on.length),
  verify: vi.fn(async () => true),
  ...more,
});

const injection = (fault: string) => ({ fault, parameters: {}, target: {}, leaseSeconds: 5 });
const unavailable = () => new ObsctlError('ADMIN_UNAVAILABLE', 'api-2 does not answer.');

test('each fault goes to the driver of what carries it, and the answers come back in order', async () => {
  const [slow, killed] = [lease('latency', 'api-1'), lease('replica-kill', 'api-2')];
  const [service, stack] = [fake([slow]), fake([killed])];
  const drivers = new ChaosDrivers({ service, stack });
  expect(await drivers.list()).toEqual([slow, killed]);
  expect((await drivers.clear([killed, slow])).map(({ id }) => id)).toEqual(['replica-kill-1', 'latency-1']);
  expect(service.clear).toHaveBeenCalledWith([slow]);
  expect(stack.clear).toHaveBeenCalledWith([killed]);
  await drivers.renew([killed], 9);
  expect(stack.renew).toHaveBeenCalledWith([killed], 9);
  expect(service.renew).not.toHaveBeenCalled();
  expect(await drivers.clearAll()).toBe(2);
});

test('where one driver fails, the other has done its part all the same', async () => {
  const stack = fake([lease('replica-kill', 'api-2')]);
  const renew = vi.fn(() => Promise.reject(unavailable()));
  const drivers = new ChaosDrivers({ service: fake([], { renew }), stack });
  await expect(drivers.renew([lease('latency', 'api-1'), lease('replica-kill', 'api-2')], 9)).rejects.toThrow(
    'does not answer',
  );
  expect(stack.renew).toHaveBeenCalled();
});

test('a replica that went between two questions is left out at the second', async () => {
  const list = vi.fn(async () => [] as Lease[]).mockRejectedValueOnce(unavailable());
  const drivers = new ChaosDrivers({ service: fake([], { list }), stack: fake([]) });
  expect(await drivers.list()).toEqual([]);
  list.mockRejectedValue(unavailable());
  await expect(drivers.list()).rejects.toThrow('does not answer');
});

test('a look goes on where one driver fails, and asks who was silent once more', async () => {
  const look = vi.fn(async (): Promise<Look> => ({ on: [], silent: [] }));
  const stack = fake([lease('replica-kill', 'api-2')]);
  const drivers = new ChaosDrivers({
    service: fake([], { look: look.mockRejectedValueOnce(unavailable()) }),
    stack,
  });
  expect(await drivers.look()).toMatchObject({ on: [{ fault: 'replica-kill' }], silent: [] });
  look.mockRejectedValue(unavailable());
  expect(await drivers.look()).toMatchObject({
    on: [{ fault: 'replica-kill' }],
    silent: [{ code: 'ADMIN_UNAVAILABLE' }],
  });
});

test('a replica that carries a fault cannot be killed or paused; another one can', async () => {
  const stack = fake([]);
  const on = fake([lease('latency', 'api-2')]);
  for (const fault of ['replica-kill', 'replica-pause']) {
    await expect(new ChaosDrivers({ service: on, stack }).inject(injection(fault))).rejects.toMatchObject({
      code: 'FAULT_REFUSED',
      details: [expect.stringContaining('api-2: latency is on')],
    });
  }
  expect(stack.inject).not.toHaveBeenCalled();
  const elsewhere = fake([lease('latency', 'api-1')]);
  expect(await new ChaosDrivers({ service: elsewhere, stack }).check(injection('replica-kill'))).toEqual([
    'api-2',
  ]);
});
