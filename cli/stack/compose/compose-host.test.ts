import type Docker from 'dockerode';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { stackPaths } from '../local/state-file.ts';
import { ComposeHost } from './compose-host.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('tells of an engine that says nothing instead of waiting for it', async () => {
  const engine = { listContainers: () => new Promise(() => {}) } as unknown as Docker;
  const host = new ComposeHost(
    {},
    {
      ...{ paths: stackPaths(), engine, onChange: () => {} },
      command: { words: ['docker', 'compose'], version: '2.40.3' },
      sourceOver: () => {
        throw new Error('nobody asks for telemetry');
      },
    },
  );
  const told = host.lookAndTell();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await told).toMatchObject({
    ...{ components: [], error: 'The containers cannot be looked at: the Docker engine does not answer' },
  });
});
