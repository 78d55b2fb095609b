import type { AxiosInstance } from 'axios';
import { beforeEach, expect, test, vi } from 'vitest';
import { ObsctlError } from '../shared/errors.ts';
import type { Replica, Stack } from '../stack/stack.ts';
import { AdminChaosDriver } from './admin-chaos-driver.ts';
import type { Lease } from './chaos-driver.ts';

const http = vi.hoisted(() => ({ get: vi.fn(), post: vi.fn(), delete: vi.fn() }));
vi.mock('./admin-client.ts', () => ({
  AdminClient: class {
    call = (replica: Replica, ask: (client: AxiosInstance) => unknown) =>
      ask({
        get: (path: string) => http.get(replica.instance, path),
        post: (path: string, body: unknown) => http.post(replica.instance, path, body),
        delete: (path: string) => http.delete(replica.instance, path),
      } as unknown as AxiosInstance);
  },
}));

const driverOn = (...instances: string[]) =>
  new AdminChaosDriver({
    replicas: async () => instances.map((instance) => ({ service: 'api', instance })),
    status: async () => ({
      components: [
        ...instances.map((name) => ({ name, service: 'api', state: 'ready' })),
        { name: 'api-7', service: 'api', state: 'paused' },
        { name: 'worker-7', service: 'worker', state: 'stopped' },
      ],
    }),
  } as unknown as Stack);
const injection = { fault: 'latency', parameters: { ms: 5 }, target: { rate: 1 }, leaseSeconds: 9 };
const silent = () => new ObsctlError('ADMIN_UNAVAILABLE', 'does not answer');
const stateOf = (id: string, injectedAt = 1000) => ({
  ...{ id, fault: 'latency', parameters: {}, target: { rate: 1, seed: 1 } },
  ...{ injectedAt, expiresIn: 9, eligible: 0, hits: 0 },
});
const listOf = (instance: string, ...ids: string[]) => ({
  data: { service: 'api', instance, faults: ids.map((id) => stateOf(id)) },
});

let on: Set<string>;
beforeEach(() => {
  on = new Set();
  http.get.mockImplementation(async (instance: string) => listOf(instance, ...on));
  http.post.mockImplementation(async (_instance: string, _path: string, { id }: { id: string }) => {
    on.add(id);
    return { data: stateOf(id) };
  });
  http.delete.mockImplementation(async (_instance: string, path: string) => ({
    status: on.delete(path.slice('/faults/'.length)) ? 200 : 404,
    data: stateOf('ended'),
  }));
});

test('is injected when its carrier says it was, not when the answer came', async () => {
  const [lease] = await driverOn('api-1').inject(injection);
  expect(lease!.injectedAt).toBe(1000);
});

test('a fault whose answer was lost is ended all the same', async () => {
  http.post.mockImplementation(async (_instance: string, _path: string, { id }: { id: string }) => {
    on.add(id);
    throw silent();
  });
  await expect(driverOn('api-1').inject(injection)).rejects.toThrow('does not answer');
  expect(http.delete).toHaveBeenCalled();
  expect([...on]).toEqual([]);
});

test('a replica that is gone leaves no question to the others behind', async () => {
  let answered = false;
  http.get.mockImplementation(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    answered = true;
    throw silent();
  });
  const leases = ['api-1', 'api-2'].map((instance) => ({ id: 'one', instance })) as Lease[];
  await expect(driverOn('api-1').verify(leases, 'gone')).rejects.toMatchObject({ code: 'ADMIN_UNAVAILABLE' });
  expect(answered).toBe(true);
});

test('a look tells what is on where somebody answers, and who does not', async () => {
  http.get.mockImplementation(async (instance: string) => {
    if (instance === 'api-2') throw silent();
    return listOf(instance, 'latency-1');
  });
  const look = await driverOn('api-1', 'api-2').look();
  expect(look.on.map(({ id, instance }) => `${instance}/${id}`)).toEqual(['api-1/latency-1']);
  expect(look.silent).toEqual([expect.objectContaining({ code: 'ADMIN_UNAVAILABLE' })]);
});

test('a replica that does not run now is told apart from one that there is not', async () => {
  const aimedAt = (...instances: string[]) => driverOn('api-1').check({ ...injection, instances });
  await expect(aimedAt('api-7')).rejects.toMatchObject({
    ...{ code: 'FAULT_REFUSED', details: ['api-7: it is paused now, so nothing can be done to it'] },
  });
  await expect(aimedAt('api-8')).rejects.toMatchObject({ code: 'UNKNOWN_TARGET' });
  await expect(aimedAt('worker-7')).rejects.toMatchObject({ code: 'UNKNOWN_TARGET' });
});
