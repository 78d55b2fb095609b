import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { componentOf, endpointsOf, replicasOf, versionsOf } from './components.ts';
import { COMPOSE_FILE } from './compose-project.ts';
import { type ContainerView, containersOf } from './engine.ts';
import { type FakeContainer, FakeEngine } from './fake-engine.fixture.ts';
import { PORTS } from './ports.ts';

let engine: FakeEngine;
beforeEach(async () => {
  engine = await FakeEngine.start();
});
afterEach(() => engine.stop());

const viewsOf = (...containers: FakeContainer[]): Promise<ContainerView[]> => {
  engine.containers = containers;
  return containersOf(engine.client());
};

const stateOf = async (container: Partial<FakeContainer>, seconds: number | null = null) => {
  const [view] = await viewsOf({ id: 'a', service: 'api', ...container });
  const component = componentOf(view!, seconds);
  return component && `${component.state} ${component.detail}`.trim();
};

describe('a container as a component', () => {
  test('runs, and is ready once it was seen so', async () => {
    expect(await stateOf({})).toBe('starting');
    expect(await stateOf({}, 1.5)).toBe('ready');
    expect(await stateOf({ status: 'created' })).toBe('starting');
  });

  test('is paused or restarting, whatever it was', async () => {
    expect(await stateOf({ status: 'paused' }, 1)).toBe('paused');
    expect(await stateOf({ status: 'restarting' }, 1)).toBe('restarting');
  });

  test('has ended: with its exit code, or for lack of memory', async () => {
    expect(await stateOf({ status: 'exited', exitCode: 137 })).toBe('stopped exit code 137');
    expect(await stateOf({ status: 'exited', exitCode: 137, state: { OOMKilled: true } })).toBe(
      'stopped out of memory: the kernel killed it at its limit of 64 MiB',
    );
  });

  test('a job that is done is none; one that failed is', async () => {
    const host = { RestartPolicy: { Name: 'no' } };
    expect(await stateOf({ status: 'exited', host })).toBeUndefined();
    expect(await stateOf({ status: 'exited', exitCode: 1, host })).toBe('failed exit code 1');
  });
});

const FULL: FakeContainer[] = [
  { id: 't', service: 'traefik', ports: { [PORTS.gateway]: '80' } },
  { id: 'c', service: 'collector', ports: { [PORTS.otlp]: '4001' } },
  { id: 'p', service: 'prometheus', ports: { [PORTS.prometheus]: '4002' }, image: 'prom/prometheus:v3.1' },
  { id: 'l', service: 'loki', ports: { [PORTS.loki]: '4003' }, image: 'registry:5000/loki' },
  { id: 'e', service: 'tempo', ports: { [PORTS.tempo]: '4004' } },
  { id: 'a2', service: 'api', number: 2, ports: { [PORTS.admin]: '4006' } },
  { id: 'a10', service: 'api', number: 10, status: 'exited' },
];

test('endpoints are where the engine publishes them; port 80 is not spelled out', async () => {
  expect(endpointsOf(await viewsOf(...FULL))).toEqual({
    ...{ baseUrl: 'http://127.0.0.1', docsUrl: 'http://127.0.0.1/docs/', otlpUrl: 'http://127.0.0.1:4001' },
    backends: {
      prometheus: 'http://127.0.0.1:4002',
      loki: 'http://127.0.0.1:4003',
      tempo: 'http://127.0.0.1:4004',
    },
    grafana: null,
  });
});

test('without one of the containers that they lead to there are none', async () => {
  expect(endpointsOf(await viewsOf(...FULL.slice(1)))).toBeNull();
});

test('replicas are called by their numbers, in order, and asked at their own admin ports', async () => {
  expect(replicasOf(await viewsOf(...FULL))).toEqual([
    {
      ...{ instance: 'api-2', service: 'api' },
      ...{ url: 'http://obsctl-api-2:3000', adminUrl: 'http://127.0.0.1:4006' },
    },
    { instance: 'api-10', service: 'api', url: 'http://obsctl-api-10:3000', adminUrl: '' },
  ]);
});

test('versions are the tags of the images', async () => {
  expect(versionsOf(await viewsOf(...FULL))).toMatchObject({
    ...{ prometheus: 'v3.1', loki: 'registry:5000/loki', otelcol: '1.2.3' },
  });
});

test('every port that we ask is published by docker-compose.yml, on this machine only', () => {
  const published = [...readFileSync(COMPOSE_FILE, 'utf8').matchAll(/^\s*(?:ports: \[|- )"(.*?):(\d+)"/gm)];
  expect(published.length).toBeGreaterThan(5);
  for (const [line] of published) expect(line).toContain('"127.0.0.1:');
  const { service: _inside, ...asked } = PORTS;
  for (const port of Object.values(asked))
    expect(published.map(([, , inside]) => Number(inside))).toContain(port);
});
