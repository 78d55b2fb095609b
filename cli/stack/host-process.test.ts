import { afterEach, expect, test, vi } from 'vitest';
import { HostProcess } from './host-process.ts';
import { stackPaths } from './local/state-file.ts';
import type { StackStatus } from './stack.ts';

afterEach(() => vi.restoreAllMocks());

const hostSaying = (status: Partial<StackStatus>): HostProcess => {
  const host = new HostProcess(stackPaths(), {
    ...{ driver: 'compose', script: 'compose-host', startTimeout: 1, stopTimeout: 1 },
  });
  vi.spyOn(host, 'status').mockResolvedValue({ state: 'ready', error: null, ...status } as StackStatus);
  return host;
};
const replicas = ['api-1', 'api-2'].map((instance) => ({ instance, service: 'api', url: '', adminUrl: '' }));

test('the replicas are those that run', async () => {
  const components = [
    { name: 'api-1', state: 'ready' },
    { name: 'api-2', state: 'paused' },
  ] as StackStatus['components'];
  const there = await hostSaying({ replicas, components }).replicas('api');
  expect(there.map(({ instance }) => instance)).toEqual(['api-1']);
});

test('where what runs cannot be told, nobody is told that nothing does', async () => {
  const host = hostSaying({ replicas, components: [], error: 'the engine is silent' });
  await expect(host.replicas()).rejects.toMatchObject({
    ...{ code: 'ADMIN_UNAVAILABLE', message: 'It is not known which replicas run. the engine is silent' },
  });
});
