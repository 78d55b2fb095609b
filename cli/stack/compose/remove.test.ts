import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeEngine } from './fake-engine.fixture.ts';
import { removeContainersOf, removeVolumes } from './remove.ts';

const OURS = { 'com.docker.compose.project.environment_file': '/ours' };

let engine: FakeEngine;
beforeEach(async () => {
  engine = await FakeEngine.start();
  engine.networks = ['obsctl_default'];
  engine.volumes = ['obsctl_postgres', 'obsctl_loki'].map((name) => ({ name, labels: {} }));
});
afterEach(() => engine.stop());

test('containers go in order, whatever state they are in, then the network; volumes stay', async () => {
  engine.containers = [
    { id: 'loki', service: 'loki', labels: OURS },
    { id: 'redis', service: 'redis', labels: OURS, status: 'paused' },
    { id: 'api', service: 'api', labels: OURS },
    { id: 'job', service: 'minio-init', labels: OURS, status: 'created' },
    { id: 'k6', service: 'k6', labels: { ...OURS, 'com.docker.compose.oneoff': 'True' } },
  ];
  const removed = await removeContainersOf(engine.client(), '/ours');
  expect(engine.containers).toEqual([]);
  expect(removed.sort()).toEqual([
    ...['container obsctl-api-1', 'container obsctl-k6-1', 'container obsctl-loki-1'],
    ...['container obsctl-minio-init-1', 'container obsctl-redis-1', 'network obsctl_default'],
  ]);
  const { told } = engine;
  const at = (what: string) => told.indexOf(what);
  expect(at('stop containers api')).toBeGreaterThan(-1);
  expect(at('remove containers api')).toBeLessThan(at('remove containers redis'));
  expect(at('remove containers redis')).toBeLessThan(at('stop containers loki'));
  expect(engine.volumes).toHaveLength(2);
});

test('what somebody else started stays, with the network', async () => {
  engine.containers = [{ id: 'other', service: 'api' }];
  expect(await removeContainersOf(engine.client(), '/ours')).toEqual([]);
  expect([engine.containers.length, engine.networks.length]).toEqual([1, 1]);
});

test('named volumes go but those that are to be kept', async () => {
  expect(await removeVolumes(engine.client(), ['obsctl_loki'])).toEqual(['volume obsctl_postgres']);
  expect(engine.volumes.map(({ name }) => name)).toEqual(['obsctl_loki']);
});

test('a volume that somebody uses is named, and not said to be gone', async () => {
  engine.volumesInUse = ['obsctl_loki'];
  await expect(removeVolumes(engine.client())).rejects.toMatchObject({
    code: 'STACK_BUSY',
    details: ['obsctl_loki'],
  });
});
