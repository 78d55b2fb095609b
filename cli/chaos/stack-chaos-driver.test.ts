import { expect, test, vi } from 'vitest';
import { ObsctlError } from '../shared/errors.ts';
import type { Stack } from '../stack/stack.ts';
import type { GuardClient } from './guard/guard-client.ts';
import type { Order } from './guard/protocol.ts';
import { StackChaosDriver } from './stack-chaos-driver.ts';

test('a lease whose answer was lost is ended all the same', async () => {
  const held = new Set<string>();
  const guard = {
    list: async () => [],
    open: vi.fn(async ({ id }: Order) => {
      held.add(id);
      throw new ObsctlError('ADMIN_UNAVAILABLE', 'the guard does not answer');
    }),
    close: async (id: string) => {
      held.delete(id);
      return null;
    },
  };
  const components = ['api-1', 'api-2'].map((name) => ({ name, service: 'api', state: 'ready' }));
  const stack = { status: async () => ({ components, cache: 'in-process', error: null }) };
  const driver = new StackChaosDriver(stack as unknown as Stack, guard as unknown as GuardClient);
  await expect(
    driver.inject({ fault: 'replica-pause', parameters: {}, target: { rate: 1, seed: 1 }, leaseSeconds: 5 }),
  ).rejects.toThrow('does not answer');
  expect(guard.open).toHaveBeenCalledOnce();
  expect([...held]).toEqual([]);
});

test('where nobody knows what runs, nothing is taken to be gone, and nothing is done', async () => {
  const guard = { list: async () => [], open: vi.fn() };
  const stack = { status: async () => ({ components: [], cache: 'redis', error: 'the engine is silent' }) };
  const driver = new StackChaosDriver(stack as unknown as Stack, guard as unknown as GuardClient);
  const injection = { fault: 'cache-down', parameters: {}, target: { rate: 1, seed: 1 }, leaseSeconds: 5 };
  await expect(driver.check(injection)).rejects.toMatchObject({
    ...{ code: 'ADMIN_UNAVAILABLE', message: 'It is not known what runs. the engine is silent' },
  });
  await expect(driver.inject(injection)).rejects.toMatchObject({ code: 'ADMIN_UNAVAILABLE' });
  expect(guard.open).not.toHaveBeenCalled();
});
