import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ObsctlError } from '../../shared/errors.ts';
import type { TelemetrySource } from '../../telemetry/telemetry-source.ts';
import { ExternalStack } from './external-stack.ts';

const asked: string[] = [];
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.headers.authorization !== 'Bearer secret') return void response.writeHead(401).end('{}');
    response.end(JSON.stringify({ service: 'todo', instance: 'todo-1', faults: [] }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((done) => server.close(done)));

const READY = { ready: async () => ({ ready: true, detail: '' }) } as unknown as TelemetrySource;
const stackOf = (replica = {}, target = {}, source = READY) =>
  new ExternalStack(
    {
      ...{ baseUrl: url, service: 'todo', otlpUrl: null },
      replicas: [
        {
          ...{ instance: 'todo-1', service: 'todo', role: 'api', url, adminUrl: url, token: 'secret' },
          ...replica,
        },
      ],
      ...target,
    },
    async () => source,
  );
const troubles = (stack: ExternalStack): Promise<string[]> =>
  stack
    .up({}, () => {})
    .then(
      () => [],
      (error: ObsctlError) => {
        expect(error.code).toBe('TARGET_UNUSABLE');
        return error.details;
      },
    );

describe('what is there as described', () => {
  test('is taken as it is: its replicas are asked, the service itself is not, and nothing is changed', async () => {
    asked.length = 0;
    const { status, reused } = await stackOf().up({}, () => {});
    expect([status.state, reused, status.components[0]]).toMatchObject([
      'ready',
      true,
      { name: 'todo-1', state: 'ready' },
    ]);
    expect(asked).toEqual(['GET /faults']);
    expect(JSON.stringify(status)).not.toContain('secret');
  });

  test('is never taken down', async () => {
    asked.length = 0;
    expect(await stackOf().down()).toEqual({ wasUp: false, leftovers: [] });
    expect(asked).toEqual([]);
  });

  test('has replicas by role, each with a token of its own', async () => {
    const stack = stackOf();
    expect((await stack.replicas('api')).map(({ instance }) => instance)).toEqual(['todo-1']);
    expect(await stack.replicas('inventory')).toEqual([]);
    expect(await stack.adminToken('todo-1')).toBe('secret');
    await expect(stack.adminToken('todo-2')).rejects.toThrow(ObsctlError);
  });
});

describe('what is not there as described is said, all of it', () => {
  test('another instance', async () =>
    expect(await troubles(stackOf({ instance: 'todo-2' }))).toEqual([
      expect.stringContaining('is todo-1 of todo, not todo-2 of todo'),
    ]));

  test('a wrong token, no address, and telemetry that is not ready', async () => {
    const silent = {
      ready: () => Promise.reject(new Error('loki does not answer')),
    } as unknown as TelemetrySource;
    const found = await troubles(stackOf({ token: 'guess' }, { baseUrl: 'http://127.0.0.1:1' }, silent));
    expect(found).toEqual([
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:1 does not answer: .*ECONNREFUSED/),
      `the admin API of todo-1 (${url}): its token is not the right one`,
      'its telemetry: loki does not answer',
    ]);
    expect(found.join()).not.toContain('guess');
  });

  test('a replica that is silent stays one of its components, and one that can be asked', async () => {
    const stack = stackOf({ adminUrl: 'http://127.0.0.1:1' });
    expect((await stack.status()).components[0]).toMatchObject({ state: 'failed' });
    expect(await stack.replicas()).toHaveLength(1);
  });
});
