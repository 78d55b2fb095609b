import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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
        expect.stringMatching(/^go build: go install failed: /),
      ],
    });
  });

  it('stops at the signal', async () => {
    const signal = AbortSignal.abort();
    await expect(installTool('k6', { signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it('names the nearest of an unknown tool', async () => {
    await expect(installTool('k7')).rejects.toMatchObject({ code: 'UNKNOWN_TOOL', details: ['Nearest: k6'] });
  });
});

it('listTools says of each what it is for and why it is not there', async () => {
  expect(await listTools()).toMatchObject([{ name: 'k6', pinned: '1.8.1', found: null, refusals: [{}, {}] }]);
});
