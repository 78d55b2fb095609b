import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { containersOf } from './engine.ts';
import { type FakeContainer, FakeEngine } from './fake-engine.fixture.ts';
import { PORTS } from './ports.ts';
import { ReadinessTracker } from './readiness-tracker.ts';

let engine: FakeEngine;
beforeEach(async () => {
  engine = await FakeEngine.start();
});
afterEach(() => engine.stop());

const isReady = async (container: Omit<FakeContainer, 'id'>, tracker = new ReadinessTracker()) => {
  engine.containers = [{ id: 'a', ...container }];
  const views = await containersOf(engine.client());
  await tracker.look(views);
  return tracker.secondsOf(views[0]!) !== null;
};

test('its own health check decides, else its answer from outside, else that it runs', async () => {
  expect(await isReady({ service: 'postgres', state: { Health: { Status: 'starting' } } })).toBe(false);
  expect(await isReady({ service: 'postgres', state: { Health: { Status: 'healthy' } } })).toBe(true);
  expect(await isReady({ service: 'minio' })).toBe(true);
  expect(await isReady({ service: 'tempo' })).toBe(false);
});

test('an answer counts by what it says, and for some any will do', async () => {
  let status = 503;
  const server = createServer((_request, response) => response.writeHead(status).end()).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const port = String((server.address() as AddressInfo).port);
  const loki = { service: 'loki', ports: { [PORTS.loki]: port } };
  expect(await isReady(loki)).toBe(false);
  expect(await isReady({ service: 'api', ports: { [PORTS.admin]: port } })).toBe(true);
  status = 200;
  expect(await isReady(loki)).toBe(true);
  server.close();
});

test('a container that was started again has to get ready again; a paused one is not asked', async () => {
  let answer = true;
  const tracker = new ReadinessTracker(async () => answer);
  const start = (startedAt: string) => ({ service: 'api', state: { StartedAt: startedAt } });
  expect(await isReady(start('2026-01-01T00:00:00Z'), tracker)).toBe(true);
  answer = false;
  expect(await isReady(start('2026-01-01T00:00:00Z'), tracker)).toBe(true);
  expect(await isReady(start('2026-01-01T00:00:09Z'), tracker)).toBe(false);
  answer = true;
  expect(await isReady({ ...start('2026-01-01T00:00:09Z'), status: 'paused' }, tracker)).toBe(false);
});
