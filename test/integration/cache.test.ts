import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StackStatus } from '../../cli/stack/stack.ts';
import { eventually, User } from '../support/cli.ts';

let user: User;
beforeEach(() => {
  user = new User();
});
afterEach(() => user.leave());

const which = (name: string): string | null => {
  try {
    return execFileSync('which', [name], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
};

/** A PATH on which there is no Redis: only what the stack itself calls. */
const pathWithoutRedis = (): string => {
  const folder = join(user.home, 'bin');
  mkdirSync(folder);
  for (const name of ['id', 'ps']) symlinkSync(which(name)!, join(folder, name));
  return folder;
};

/** Cache look-ups by result and backend, as the api replicas count them. */
const lookUps = async (status: StackStatus): Promise<string[]> => {
  const apis = status.replicas.filter(({ service }) => service === 'api');
  const pages = await Promise.all(apis.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
  return pages.flatMap((page) => page.match(/^cache_requests_total\{.*\} [1-9]\d*/gm) ?? []);
};

const read = async (status: StackStatus, times: number): Promise<void> => {
  for (let i = 0; i < times; i++)
    expect((await fetch(`${status.endpoints!.baseUrl}/products/7`)).status).toBe(200);
};

test('without Redis the cache is in-process, and status says so', async () => {
  const { code, stdout } = await user.run(['up', '--json'], { PATH: pathWithoutRedis(), REDIS_URL: '' });
  expect(code).toBe(0);
  const status = JSON.parse(stdout) as StackStatus;
  expect(status.cache).toBe('in-process');
  await read(status, 6);
  const counted = await lookUps(status);
  expect(counted.some((line) => line.includes('result="hit"') && line.includes('backend="in-process"'))).toBe(
    true,
  );
  expect((await user.run(['status'])).stdout).toContain('in-process (no Redis');
});

test.skipIf(!which('redis-server'))(
  'with Redis the cache is there, and products are still served when it dies (needs redis-server on the PATH)',
  async () => {
    const status = await user.json<StackStatus>(['up']);
    expect(status.cache).toBe('redis');
    await read(status, 6);
    expect(
      (await lookUps(status)).some(
        (line) => line.includes('result="hit"') && line.includes('backend="redis"'),
      ),
    ).toBe(true);
    const redis = user.state().processes.find(({ name }) => name === 'redis')!;
    process.kill(redis.pid, 'SIGKILL');
    await read(status, 3);
    await eventually('Redis is back and flagged', async () => {
      const { components, incidents } = await user.json<StackStatus>(['status']);
      return (
        components.some(
          ({ name, state, restarts }) => name === 'redis' && state === 'ready' && restarts === 1,
        ) && incidents.length === 1
      );
    });
  },
);
