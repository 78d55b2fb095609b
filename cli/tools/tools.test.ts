import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeEntry } from './cache-entry.ts';
import { TOOLS, toolNamed } from './catalogue.ts';
import { TELEMETRY_TOOLS, telemetryTools } from './telemetry-tools.ts';
import { findTool, installTool, listTools } from './tools.ts';

const fakes = fileURLToPath(new URL('../../test/fixtures/bin', import.meta.url));

/** An address at which nothing listens any more. */
const deadAddress = async (): Promise<string> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tools-'));
  vi.stubEnv('XDG_CACHE_HOME', folder);
  vi.stubEnv('OBSCTL_RELEASES_URL', await deadAddress());
  vi.stubEnv('NO_PROXY', '*');
  vi.stubEnv('PATH', fakes);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

describe('installTool', () => {
  it('goes on after each way that fails, and is found in the cache from then on', async () => {
    const ways = new Set<string>();
    const found = await installTool('k6', { onProgress: ({ way }) => ways.add(way) });
    expect(found).toMatchObject({ way: 'go build', version: '1.8.1' });
    expect([...ways]).toEqual(['release', 'go build']);
    expect(await installTool('k6')).toMatchObject({ way: 'cache', path: found.path });
    expect(await findTool('k6')).toMatchObject({ found: { way: 'cache' }, refusals: [{ way: 'PATH' }] });
  });

  it('names every way tried when none leads there', async () => {
    vi.stubEnv('FAKE_GO', 'fail');
    await expect(installTool('k6')).rejects.toMatchObject({
      code: 'TOOL_UNAVAILABLE',
      exitCode: 9,
      details: [
        'PATH: no k6 there',
        expect.stringMatching(/^cache: no .*1\.8\.1/),
        expect.stringMatching(/^release: http:\/\/127\.0\.0\.1:.*ECONNREFUSED/),
        expect.stringMatching(/^go build: go build failed: /),
      ],
    });
  });

  it('stops at the signal', async () => {
    const signal = AbortSignal.abort();
    await expect(installTool('k6', { signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it('names the nearest of an unknown tool', async () => {
    await expect(installTool('k7')).rejects.toMatchObject({
      code: 'UNKNOWN_TOOL',
      details: [expect.stringMatching(/^Nearest: k6/)],
    });
  });
});

it('listTools says of each what it is for and why it is not there', async () => {
  const states = await listTools();
  expect(states.map(({ name }) => name)).toEqual(TOOLS.map(({ name }) => name));
  expect(states[0]).toMatchObject({ name: 'k6', pinned: '1.8.1', found: null, refusals: [{}, {}] });
});

describe('telemetryTools', () => {
  it('names what is missing', async () => {
    expect(await telemetryTools()).toEqual({
      found: null,
      missing: ['otelcol', 'prometheus', 'loki', 'tempo'],
    });
  });

  it('takes what lies in the cache without running it', async () => {
    const calls = join(folder, 'calls');
    for (const name of TELEMETRY_TOOLS) {
      const made = join(folder, name);
      await writeFile(made, `#!/bin/sh\necho ${name} >> ${calls}\n`, { mode: 0o755 });
      const { version, ...tool } = toolNamed(name);
      const cache = join(folder, 'obsctl', 'tools', name);
      await mkdir(cache, { recursive: true });
      await writeEntry(join(cache, version), { ...tool, version }, made, { version, origin: 'release' });
    }
    expect(await telemetryTools()).toMatchObject({
      found: { otelcol: { way: 'cache', origin: 'release' }, prometheus: {}, loki: {}, tempo: {} },
      missing: null,
    });
    expect(existsSync(calls)).toBe(false);
  });

  it('takes what is on the PATH, where its version will do', async () => {
    vi.stubEnv('PATH', folder);
    const loki = (version: string) =>
      writeFile(join(folder, 'loki'), `#!/bin/sh\necho "loki, version ${version} (x)"\n`, { mode: 0o755 });
    await loki('3.4.0');
    expect((await telemetryTools()).missing).toEqual(['otelcol', 'prometheus', 'tempo']);
    await loki('2.9.0');
    expect((await telemetryTools()).missing).toEqual(['otelcol', 'prometheus', 'loki', 'tempo']);
  });
});
