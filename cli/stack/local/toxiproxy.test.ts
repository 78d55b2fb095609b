import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planToxiproxy } from './toxiproxy.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'obsctl-proxy-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const plan = () =>
  planToxiproxy({ path: '/bin/toxiproxy', ports: [1, 2, 3, 4], temporary: folder, logs: folder });
const DIRECT = {
  postgresql: 'postgres://shop:secret@127.0.0.1:5544/shop?x=1',
  redis: 'redis://user:secret@cache.example/2',
  inventory: 'http://127.0.0.1:8081',
};
const proxies = (): { name: string; listen: string; upstream: string }[] =>
  JSON.parse(readFileSync(join(folder, 'toxiproxy.json'), 'utf8'));

test('the addresses differ in host and port alone', () => {
  expect(plan().proxied(DIRECT)).toEqual({
    postgresql: 'postgres://shop:secret@127.0.0.1:2/shop?x=1',
    redis: 'redis://user:secret@127.0.0.1:3/2',
    inventory: 'http://127.0.0.1:4',
  });
});

test('each leads to where it was, by a file that it is started with, and no secret is in it', () => {
  const { args } = plan().specFor(DIRECT);
  expect(args).toEqual(['-host', '127.0.0.1', '-port', '1', '-config', join(folder, 'toxiproxy.json')]);
  expect(proxies()).toMatchObject([
    { name: 'postgresql', listen: '127.0.0.1:2', upstream: '127.0.0.1:5544', enabled: true },
    { name: 'redis', listen: '127.0.0.1:3', upstream: 'cache.example:6379' },
    { name: 'inventory', listen: '127.0.0.1:4', upstream: '127.0.0.1:8081' },
  ]);
  expect(JSON.stringify(proxies())).not.toContain('secret');
});

test.each([
  ['is not there', null],
  ['speaks TLS, whose certificate has another name', 'rediss://cache.example:6380'],
])('a Redis that %s is left as it is', (_what, redis) => {
  const direct = { ...DIRECT, redis };
  expect(plan().proxied(direct).redis).toBe(redis);
  plan().specFor(direct);
  expect(proxies().map(({ name }) => name)).toEqual(['postgresql', 'inventory']);
});
