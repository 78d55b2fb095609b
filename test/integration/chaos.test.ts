import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Lease } from '../../cli/chaos/chaos-driver.ts';
import type { StackStatus } from '../../cli/stack/stack.ts';
import { eventually, User } from '../support/cli.ts';

const user = new User();
let baseUrl: string;

afterEach(() => user.run(['chaos', 'clear', '--all']));
beforeAll(async () => {
  baseUrl = (await user.json<StackStatus>(['up'])).endpoints!.baseUrl;
});
afterAll(() => user.leave());

const statuses = async (path: string, times: number): Promise<number[]> =>
  Promise.all(Array.from({ length: times }, async () => (await fetch(`${baseUrl}${path}`)).status));
const on = () => user.json<Lease[]>(['chaos', 'status']);

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
    const seen = await statuses('/products', 20);
    expect(new Set(seen)).toEqual(new Set([200, 500]));
    await user.json(['chaos', 'clear', 'error']);
  });

  test('the lease ends a fault by itself, and status counts it down', async () => {
    await user.json(['chaos', 'error', '--rate', '1', '--route', '/products', '--duration', '3s']);
    const [lease] = await on();
    expect(lease!.state.expiresIn).toBeLessThanOrEqual(3);
    await eventually('the lease has run out', async () => (await on()).length === 0);
    expect(await statuses('/products', 5)).toEqual(Array(5).fill(200));
  });

  test('a replica that does not exist is refused before anything is touched', async () => {
    const { code, stderr } = await user.run(['chaos', 'latency', '--replica', 'api-9']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('api-1, api-2')]);
    expect(await on()).toEqual([]);
  });

  test('a fault that is on already is refused and nothing is doubled', async () => {
    await user.json(['chaos', 'retry-storm', '--duration', '30s']);
    const second = await user.run(['chaos', 'retry-storm', '--duration', '30s']);
    expect(second.code).toBe(2);
    expect(await on()).toHaveLength(1);
    await user.json(['chaos', 'clear', '--all']);
  });
});
