import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addressOf, type ContainerControl, containerControl, identityOf } from './container-control.ts';
import { createEngine } from './engine.ts';

interface Call {
  Params: { id: string; what: string };
  Querystring: { filters: string; signal?: string };
}

const PREFIX = 'com.docker.compose';
const labels = (service: string, number: number) => ({
  [`${PREFIX}.project`]: 'obsctl',
  [`${PREFIX}.oneoff`]: 'False',
  [`${PREFIX}.service`]: service,
  [`${PREFIX}.container-number`]: String(number),
});
const CONTAINERS: Record<string, Record<string, string>> = {
  one: labels('api', 1),
  two: labels('api', 2),
  three: labels('collector', 1),
};

const inspected = (id: string) => ({
  ...{ Id: id, Name: `/obsctl-${id}`, RestartCount: 0, Config: { Labels: CONTAINERS[id], Image: 'some:1' } },
  HostConfig: {},
  State: { Status: id === 'one' ? 'exited' : 'running', Pid: id === 'one' ? 0 : 7, StartedAt: 'then' },
  NetworkSettings: { Ports: { '8888/tcp': [{ HostIp: '127.0.0.1', HostPort: '32768' }], '9000/tcp': null } },
});

/** The Docker engine's API, as far as it is used; source: API v1.41. */
const fakeEngine = (said: string[]): FastifyInstance => {
  const app = Fastify({ logger: false, forceCloseConnections: true });
  app.get<Call>('/containers/json', ({ query }) => {
    const { label } = JSON.parse(query.filters) as { label: string[] };
    const has = (id: string) =>
      label.every((one) => Object.entries(CONTAINERS[id]!).some((pair) => pair.join('=') === one));
    return Object.keys(CONTAINERS)
      .filter(has)
      .map((Id) => ({ Id }));
  });
  app.get<Call>('/containers/:id/json', ({ params }) => inspected(params.id));
  app.post<Call>('/containers/:id/:what', ({ params: { id, what }, query }, reply): void => {
    // Never answered.
    if (what === 'unpause') return;
    said.push([what, id, query.signal].filter(Boolean).join(' '));
    if (what === 'start') reply.code(500).send({ message: 'port is already allocated' });
    else reply.code(204).send();
  });
  return app;
};

let folder: string;
let app: FastifyInstance;
let said: string[];
let control: ContainerControl;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'obsctl-engine-'));
  said = [];
  app = fakeEngine(said);
  const path = join(folder, 'docker.sock');
  await app.listen({ path });
  control = containerControl(createEngine(`unix://${path}`), { look: 1000, act: 200 });
});
afterEach(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

test('a component is found by the labels of Docker Compose', async () => {
  expect((await control.find('api-2'))!.id).toBe('two');
  const collector = (await control.find('otelcol'))!;
  expect([collector.id, identityOf(collector)]).toEqual(['three', { pid: 7, startedAt: 'then' }]);
  expect([addressOf(collector, 8888), addressOf(collector, 9000)]).toEqual([
    ...['http://127.0.0.1:32768', undefined],
  ]);
  expect(identityOf((await control.find('api-1'))!)).toBeUndefined();
  expect([await control.find('api-3'), await control.find('inventory-1')]).toEqual([undefined, undefined]);
});

test('what is asked is done, and a refusal of the engine is told in its words', async () => {
  await control.signal('two', 'SIGHUP');
  await control.pause('two');
  expect(said).toEqual(['kill two SIGHUP', 'pause two']);
  await expect(control.start('two')).rejects.toThrow('port is already allocated');
});

test('an engine that is silent or gone is an error, in time', async () => {
  await expect(control.unpause('two')).rejects.toThrow('does not answer');
  await app.close();
  await expect(control.find('api-1')).rejects.toThrow();
});
