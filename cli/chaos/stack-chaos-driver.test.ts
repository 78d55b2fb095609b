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
  const stack = { status: async () => ({ components, cache: 'in-process' }) };
  const driver = new StackChaosDriver(stack as unknown as Stack, guard as unknown as GuardClient);
  await expect(
    driver.inject({ fault: 'replica-pause', parameters: {}, target: { rate: 1, seed: 1 }, leaseSeconds: 5 }),
  ).rejects.toThrow('does not answer');
  expect(guard.open).toHaveBeenCalledOnce();
  expect([...held]).toEqual([]);
});
