import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Lease } from '../../cli/chaos/chaos-driver.ts';
import { LEASE_SECONDS } from '../../cli/experiment/lease-keeper.ts';
import { listRunIds, RunFolder } from '../../cli/experiment/run-folder.ts';
import type { StackStatus } from '../../cli/stack/stack.ts';
import { type Truth, truthSchema } from '../../reports/record/truth.ts';
import { eventually, User } from '../support/cli.ts';

const user = new User();
let baseUrl: string;
let replicas: StackStatus['replicas'];

afterEach(() => user.run(['chaos', 'clear', '--all']));
beforeAll(async () => {
  const status = await user.json<StackStatus>(['up']);
  baseUrl = status.endpoints!.baseUrl;
  replicas = status.replicas;
});
afterAll(() => user.leave());

const statuses = async (path: string, times: number): Promise<number[]> =>
  Promise.all(Array.from({ length: times }, async () => (await fetch(`${baseUrl}${path}`)).status));
const on = () => user.json<Lease[]>(['chaos', 'status']);

/** Straight to one replica, each request under a trace of its own that is the same every time. */
const askReplica = async (instance: string, times: number): Promise<number[]> => {
  const { url } = replicas.find((replica) => replica.instance === instance)!;
  const parents = Array.from({ length: times }, (_, n) => (n + 1).toString(16).padStart(32, '0'));
  return Promise.all(
    parents.map(async (trace) => {
      const headers = { traceparent: `00-${trace}-00000000000000aa-01` };
      return (await fetch(`${url}/products`, { headers })).status;
    }),
  );
};

describe('chaos', () => {
  test('a fault is on at every replica of its service, seen by the client, and gone after clear', async () => {
    const leases = await user.json<Lease[]>([
      'chaos',
      'error',
      '--rate',
      '1',
      '--route',
      '/products',
      '--status',
      '503',
      '--duration',
      '60s',
    ]);
    expect(leases.map(({ instance }) => instance).sort()).toEqual(['api-1', 'api-2']);
    expect(await statuses('/products', 10)).toEqual(Array(10).fill(503));
    expect(await statuses('/products/1', 4)).toEqual(Array(4).fill(200));
    expect((await on()).reduce((hits, { state }) => hits + state.hits, 0)).toBe(10);
    await user.json(['chaos', 'clear', '--all']);
    expect(await statuses('/products', 10)).toEqual(Array(10).fill(200));
    expect(await on()).toEqual([]);
  });

  test('a fault on one replica leaves the other alone', async () => {
    await user.json([
      'chaos',
      'error',
      '--rate',
      '1',
      '--route',
      '/products',
      '--replica',
      'api-2',
      '--duration',
      '60s',
    ]);
    expect(await askReplica('api-1', 5)).toEqual(Array(5).fill(200));
    expect(await askReplica('api-2', 5)).toEqual(Array(5).fill(500));
    const seen = await statuses('/products', 20);
    expect(new Set(seen)).toEqual(new Set([200, 500]));
    const leases = await on();
    expect(leases.map(({ instance }) => instance)).toEqual(['api-2']);
    expect(leases[0]!.state.hits).toBe(5 + seen.filter((status) => status === 500).length);
    await user.json(['chaos', 'clear', 'error']);
  });

  test('two faults at once: a request suffers from both, and each is cleared for itself', async () => {
    await user.json(['chaos', 'latency', '--ms', '300', '--route', '/products', '--duration', '60s']);
    await user.json(['chaos', 'error', '--status', '503', '--route', '/products', '--duration', '60s']);
    expect((await on()).map(({ fault, instance }) => `${fault} ${instance}`).sort()).toEqual([
      'error api-1',
      'error api-2',
      'latency api-1',
      'latency api-2',
    ]);
    const start = performance.now();
    expect(await statuses('/products', 1)).toEqual([503]);
    expect(performance.now() - start).toBeGreaterThan(295);
    await user.json(['chaos', 'clear', 'error']);
    expect(await statuses('/products', 4)).toEqual(Array(4).fill(200));
    expect((await on()).map(({ fault }) => fault)).toEqual(['latency', 'latency']);
  });

  test('the same seed has the same victims, on every replica and every time; another seed has others', async () => {
    const victims = async (seed: string, instance: string) => {
      await user.json(['chaos', 'error', '--rate', '0.5', '--seed', seed, '--duration', '60s']);
      const seen = await askReplica(instance, 40);
      await user.json(['chaos', 'clear', '--all']);
      return seen;
    };
    const first = await victims('5', 'api-1');
    expect(new Set(first)).toEqual(new Set([200, 500]));
    expect(await victims('5', 'api-2')).toEqual(first);
    expect(await victims('6', 'api-1')).not.toEqual(first);
  });

  test('only what route, method and header mean is hit', async () => {
    await user.json([
      ...['chaos', 'error', '--route', '/products/*', '--method', 'get'],
      ...['--header', 'X-Tenant=blue', '--duration', '60s'],
    ]);
    const ask = async (path: string, headers: Record<string, string>, init: RequestInit = {}) =>
      (await fetch(`${baseUrl}${path}`, { ...init, headers: { ...headers, ...(init.headers as object) } }))
        .status;
    const blue = { 'x-tenant': 'blue' };
    expect(await ask('/products/1', blue)).toBe(500);
    expect(await ask('/products/1', { 'x-tenant': 'red' })).toBe(200);
    expect(await ask('/products/1', {})).toBe(200);
    expect(await ask('/products', blue)).toBe(200);
    const order = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ productId: 1, quantity: 1 }),
    };
    expect(await ask('/orders', blue, order)).toBeLessThan(300);
    const states = (await on()).map(({ state }) => state);
    expect(states.reduce((sum, { eligible }) => sum + eligible, 0)).toBe(1);
    expect(states.reduce((sum, { hits }) => sum + hits, 0)).toBe(1);
  });

  test('status --watch shows the leases until none is on', async () => {
    await user.json(['chaos', 'error', '--route', '/products', '--duration', '4s']);
    const { code, stdout } = await user.run(['chaos', 'status', '--watch', '--json']);
    const looks = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Lease[]);
    expect(code).toBe(0);
    expect(looks.at(-1)).toEqual([]);
    const left = looks.flatMap(([lease]) => lease?.state.expiresIn ?? []);
    expect(left).toEqual([...left].sort((a, b) => b - a));
  });

  test('the lease ends a fault by itself, and status counts it down', async () => {
    await user.json(['chaos', 'error', '--rate', '1', '--route', '/products', '--duration', '3s']);
    const [lease] = await on();
    expect(lease!.state.expiresIn).toBeLessThanOrEqual(3);
    await eventually('the lease has run out', async () => (await on()).length === 0);
    expect(await statuses('/products', 5)).toEqual(Array(5).fill(200));
  });

  test('a fault that is on already is refused and nothing is doubled', async () => {
    await user.json(['chaos', 'retry-storm', '--duration', '30s']);
    const second = await user.run(['chaos', 'retry-storm', '--duration', '30s']);
    expect(second.code).toBe(2);
    expect(await on()).toHaveLength(1);
    await user.json(['chaos', 'clear', '--all']);
  });
});

describe('what cannot be is refused before anything is touched', () => {
  test.each([
    [['chaos', 'latency', '--replica', 'api-9'], /No replica of api is called "api-9".*api-1, api-2/s],
    [
      ['chaos', 'latency', '--route', '/prodcts'],
      /--route: no route here is "\/prodcts"; nearest: GET \/products/,
    ],
    [['chaos', 'latency', '--route', '/products', '--method', 'POST'], /no route here is "POST \/products"/],
    [['chaos', 'latency', '--method', 'DELETE'], /--method: no route here is "DELETE"/],
    [['chaos', 'heavy-task', '--route', 'order'], /no queue here is "order"; nearest: orders/],
    [['chaos', 'retry-storm', '--slots', '64'], /--slots: at most 8 here, not 64/],
    [['chaos', 'event-loop-block', '--rate', '0.95'], /--rate: at most 0\.9/],
    [['chaos', 'replica-kill', '--replica', 'api-9'], /"api-9".*UNKNOWN_TARGET/],
    [['run', '--fault', 'latency', '--route', '/prodcts'], /--route: no route here is "\/prodcts"/],
    [['run', '--fault', 'latency,error', '--set', 'error.replica=api-9'], /"api-9".*UNKNOWN_TARGET/],
    [['run', '--fault', 'latency,retry-storm', '--set', 'retry-storm.slots=64'], /--slots: at most 8 here/],
  ] as [string[], RegExp][])('obsctl %j', async (args, pattern) => {
    const { code, stderr } = await user.run(args);
    expect(stderr).toMatch(pattern);
    expect(code).toBe(2);
    expect(listRunIds(user.runs)).toEqual([]);
    expect(await on()).toEqual([]);
  });
});

describe('a run with two faults', () => {
  const RUN = [
    ...['run', '--fault', 'latency', '--fault', 'error', '--load-rate', '6'],
    ...['--warm-up', '1s', '--steady', '10s', '--recovery', '4s'],
    ...['--set', 'latency.ms=200', '--set', 'latency.replica=api-1', '--set', 'error.rate=1'],
  ];
  const newest = () => new RunFolder(user.runs, listRunIds(user.runs)[0]!);
  const truth = (): Truth => truthSchema.parse(JSON.parse(readFileSync(newest().truth, 'utf8')));

  test('each comes and goes at its time, on its replicas, and the truth has both', async () => {
    await user.run([...RUN, '--duration', '12s', '--set', 'error.at=4', '--set', 'error.duration=4']);
    const { faults } = truth();
    expect(faults.map(({ name, endedBy }) => [name, endedBy])).toEqual([
      ['latency', 'clear'],
      ['error', 'clear'],
    ]);
    const [latency, error] = faults;
    expect(latency!.carriers.map(({ instance }) => instance)).toEqual(['api-1']);
    expect(error!.carriers.map(({ instance }) => instance).sort()).toEqual(['api-1', 'api-2']);
    expect(error!.injectedAt! - latency!.injectedAt!).toBeGreaterThan(3);
    expect(error!.clearedAt!).toBeLessThan(latency!.clearedAt!);
    expect(faults.every(({ carriers }) => carriers.every(({ verifiedGone }) => verifiedGone))).toBe(true);
    expect(newest().readRecord().faults).toEqual(faults);
    expect(await on()).toEqual([]);
  });

  test('kill -9 of the CLI: both end by their leases', async () => {
    const cli = user.start([...RUN, '--duration', '120s']);
    await eventually('both are on', async () => (await on()).length === 3, 90);
    cli.kill('SIGKILL');
    await cli.outcome;
    await eventually('both are gone', async () => (await on()).length === 0, LEASE_SECONDS + 15);
    expect(await statuses('/products', 4)).toEqual(Array(4).fill(200));
    expect(truth().faults.every(({ endedBy }) => endedBy === null)).toBe(true);
  });
});

describe('without a Redis', () => {
  const other = new User();
  beforeAll(async () => {
    const bin = join(other.home, 'bin');
    mkdirSync(bin);
    // The machine may have one: the stack has to find that there is none.
    writeFileSync(join(bin, 'redis-server'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const { code, stderr } = await other.run(['up'], { PATH: `${bin}:${process.env.PATH}`, REDIS_URL: '' });
    if (code !== 0) throw new Error(stderr);
  });
  afterAll(() => other.leave());

  test.each([
    [['chaos', 'cache-stampede'], /cache-stampede needs a real Redis/],
    [['chaos', 'cache-down'], /no Redis/],
    [['run', '--fault', 'cache-stampede'], /cache-stampede needs a real Redis/],
    [['run', '--fault', 'latency,cache-down'], /no Redis/],
  ] as [string[], RegExp][])('obsctl %j is refused with the reason', async (args, pattern) => {
    const { code, stderr } = await other.run(args);
    expect(stderr).toMatch(pattern);
    expect(code).toBe(2);
    expect(listRunIds(other.runs)).toEqual([]);
    expect(await other.json<Lease[]>(['chaos', 'status'])).toEqual([]);
  });
});
