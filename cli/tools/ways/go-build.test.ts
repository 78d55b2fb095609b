import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pollUntil } from '../../shared/retry.ts';
import { k6 } from '../k6.ts';
import { prometheus } from '../prometheus.ts';
import type { WayContext } from '../tool.ts';
import { byGoBuild, readGoLine } from './go-build.ts';

const fakes = fileURLToPath(new URL('../../../test/fixtures/bin', import.meta.url));

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'go-build-'));
});
afterEach(() => rm(cache, { recursive: true }));

const contextOf = (behaviour: string, more: Partial<WayContext> = {}): WayContext => ({
  cache,
  env: { PATH: fakes, FAKE_GO: behaviour, FAKE_GO_CHILD: join(cache, 'child') },
  platform: 'linux',
  arch: 'x64',
  tell: () => {},
  ...more,
});

/** Whether the process runs; one that has ended and waits to be collected does not. */
const isAlive = async (pid: number): Promise<boolean> => {
  const { stdout } = await execa('ps', ['-o', 'stat=', '-p', String(pid)], { reject: false });
  return stdout !== '' && !stdout.startsWith('Z');
};

describe('go build', () => {
  it('leaves the verified binary in the cache, and nothing else', async () => {
    const told: string[] = [];
    const found = await byGoBuild.find(k6, contextOf('ok', { tell: (text) => told.push(text) }));
    expect(found).toEqual({
      name: 'k6',
      path: join(cache, '1.8.1', 'k6'),
      version: '1.8.1',
      way: 'go build',
      origin: 'go build',
      size: 34,
    });
    expect(existsSync(found.path)).toBe(true);
    expect(await readdir(cache)).toEqual(['1.8.1']);
    expect(told).toContain('downloading go.k6.io/k6 v1.8.1');
    expect(told).toContain('compiling package 1: net/http');
  });

  it('builds the pinned modules as they are, without symbols or paths of this machine', async () => {
    const calls = join(cache, 'calls');
    await byGoBuild.find(k6, contextOf('ok', { env: { PATH: fakes, FAKE_GO_CALLS: calls } }));
    const call = await readFile(calls, 'utf8');
    expect(call).toMatch(
      /infra\/tools\/k6: build -v -mod=readonly .*-trimpath .*-ldflags -s -w -o \S+ go\.k6\.io\/k6\n$/,
    );
  });

  it('stamps the version, and sets tags, where the definition says so', async () => {
    const calls = join(cache, 'calls');
    const build = byGoBuild.find(prometheus, contextOf('ok', { env: { PATH: fakes, FAKE_GO_CALLS: calls } }));
    await expect(build).rejects.toThrow('does not say its version');
    const call = await readFile(calls, 'utf8');
    expect(call).toContain(
      '-tags remove_all_sd -ldflags -s -w -X github.com/prometheus/common/version.Version=3.13.5 ',
    );
  });

  it('can run twice at once', async () => {
    const both = await Promise.all([
      byGoBuild.find(k6, contextOf('ok')),
      byGoBuild.find(k6, contextOf('ok')),
    ]);
    expect(both[0].path).toBe(both[1].path);
    expect(await readdir(cache)).toEqual(['1.8.1']);
  });

  it('quotes go when it fails', async () => {
    await expect(byGoBuild.find(k6, contextOf('fail'))).rejects.toThrow(
      'go build failed: go: go.k6.io/k6@v1.8.1: no such module',
    );
    expect(await readdir(cache)).toEqual([]);
  });

  it('refuses a binary of another version', async () => {
    await expect(byGoBuild.find(k6, contextOf('wrong'))).rejects.toThrow('is 1.7.0, not 1.8.1');
    expect(await readdir(cache)).toEqual([]);
  });

  it('says so when there is no go', async () => {
    await expect(byGoBuild.find(k6, contextOf('ok', { env: { PATH: cache } }))).rejects.toThrow(
      'not on the PATH',
    );
  });

  it('ends with the signal: the compilers are gone, and so is the folder', async () => {
    const abort = new AbortController();
    const build = byGoBuild.find(k6, contextOf('hang', { signal: abort.signal }));
    const refused = expect(build).rejects.toThrow('enough');
    const child = await pollUntil(
      async () => Number(await readFile(join(cache, 'child'), 'utf8').catch(() => '')) || undefined,
      { timeout: 30, every: 0.01 },
    );
    abort.abort(new Error('enough'));
    await refused;
    const gone = async () => !(await isAlive(child!)) || undefined;
    expect(await pollUntil(gone, { timeout: 30, every: 0.01 })).toBe(true);
    expect(await readdir(cache)).toEqual(['child']);
  });
});

it('tells downloads, packages and complaints apart', () => {
  expect(readGoLine('go: downloading golang.org/x/net v0.1.0')).toEqual({
    downloading: 'golang.org/x/net v0.1.0',
  });
  expect(readGoLine('go.k6.io/k6/internal/cmd')).toEqual({ compiling: 'go.k6.io/k6/internal/cmd' });
  expect(readGoLine('a.go:1:2: undefined: x')).toEqual({ complaint: 'a.go:1:2: undefined: x' });
});
