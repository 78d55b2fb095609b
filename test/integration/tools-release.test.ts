import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TIMEOUTS } from '../../cli/tools/download.ts';
import { k6 } from '../../cli/tools/k6.ts';
import type { WayContext } from '../../cli/tools/tool.ts';
import { fromRelease, publishedSum } from '../../cli/tools/ways/release.ts';

/** The release way against a server of its own, with archives that tar made. */
const FILE = 'k6-v1.8.1-linux-amd64.tar.gz';
const MEMBER = 'k6-v1.8.1-linux-amd64/k6';
const PATH = '/grafana/k6/releases/download/v1.8.1';

let folder: string;
let cache: string;
let server: Server | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'release-'));
  cache = join(folder, 'cache');
  vi.stubEnv('NO_PROXY', '*');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server?.closeAllConnections();
  server?.close();
  server = null;
  await rm(folder, { recursive: true });
});

const serve = async (listener: RequestListener): Promise<string> => {
  server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server!.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const archiveOf = async (script: string, member = MEMBER): Promise<Buffer> => {
  const tree = join(folder, 'tree');
  await mkdir(dirname(join(tree, member)), { recursive: true });
  await writeFile(join(tree, member), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  await execa('tar', ['-czf', join(folder, FILE), '-C', tree, member]);
  return readFile(join(folder, FILE));
};

const sumLine = (body: Buffer): string => `${createHash('sha256').update(body).digest('hex')}  ${FILE}\n`;

/** Serves files by name; any other is not found. */
const release = (files: Record<string, Buffer | string>) =>
  serve((request, response) => {
    const body = request.url?.startsWith(`${PATH}/`) ? files[request.url.slice(PATH.length + 1)] : undefined;
    response.statusCode = body === undefined ? 404 : 200;
    response.end(body);
  });

const find = (base: string, more: Partial<WayContext> = {}) =>
  fromRelease.find(k6, {
    cache,
    env: { OBSCTL_RELEASES_URL: `${base}/` },
    platform: 'linux',
    arch: 'x64',
    tell: () => {},
    ...more,
  });

const SUMS = 'k6-v1.8.1-checksums.txt';
const GOOD = 'echo "k6 v1.8.1 (test)"';

describe('the release archive', () => {
  it('is downloaded, verified, and put into the cache', async () => {
    const body = await archiveOf(GOOD);
    const base = await release({ [FILE]: body, [SUMS]: `${'0'.repeat(64)}  other.zip\n${sumLine(body)}` });
    const found = await find(base);
    expect(found).toEqual({ name: 'k6', path: join(cache, '1.8.1', 'k6'), version: '1.8.1', way: 'release' });
    expect((await execa(found.path, ['version'])).stdout).toContain('1.8.1');
  });

  it('is refused when its checksum is not the published one', async () => {
    const base = await release({
      [FILE]: await archiveOf('echo "k6 v1.8.1 (evil)"'),
      [SUMS]: sumLine(Buffer.from('x')),
    });
    await expect(find(base)).rejects.toThrow(/has the SHA-256 [0-9a-f]{64}, and [0-9a-f]{64} is published/);
  });

  it('is refused when the checksums do not name it', async () => {
    const base = await release({ [FILE]: await archiveOf(GOOD), [SUMS]: 'nothing of use\n' });
    await expect(find(base)).rejects.toThrow(`the published checksums do not name ${FILE}`);
  });

  it.each([
    ['the checksums are', {}, SUMS],
    ['the archive is', { [SUMS]: `${'0'.repeat(64)}  ${FILE}\n` }, FILE],
  ])('is refused when %s not there', async (_, files, missing) => {
    const base = await release(files);
    await expect(find(base)).rejects.toThrow(`${base}${PATH}/${missing}: HTTP 404`);
  });

  it('is refused when the connection ends before it does', async () => {
    const body = await archiveOf(GOOD);
    const base = await serve((request, response) => {
      if (request.url?.endsWith(SUMS)) return response.end(sumLine(body));
      response.writeHead(200, { 'content-length': body.length });
      response.write(body.subarray(0, body.length / 2), () => response.destroy());
    });
    await expect(find(base)).rejects.toThrow(new RegExp(`${FILE}: (aborted|cut short|.*terminated)`));
  });

  it('is refused when a part of it was published and checksummed', async () => {
    const body = (await archiveOf(GOOD)).subarray(0, 60);
    const base = await release({ [FILE]: body, [SUMS]: sumLine(body) });
    await expect(find(base)).rejects.toThrow(`the archive holds no ${MEMBER}`);
  });

  it('is refused when it holds something else', async () => {
    const body = await archiveOf(GOOD, 'readme/k6');
    const base = await release({ [FILE]: body, [SUMS]: sumLine(body) });
    await expect(find(base)).rejects.toThrow(`the archive holds no ${MEMBER}`);
  });

  it.each([
    ['does not run', 'exit 1', 'does not run'],
    ['is another version', 'echo "k6 v1.8.0 (test)"', 'is 1.8.0, not 1.8.1'],
  ])('is refused when its binary %s', async (_, script, reason) => {
    const body = await archiveOf(script);
    const base = await release({ [FILE]: body, [SUMS]: sumLine(body) });
    await expect(find(base)).rejects.toThrow(reason);
  });

  it('is refused when the server stays silent', async () => {
    const { answer } = TIMEOUTS;
    TIMEOUTS.answer = 50;
    const base = await serve(() => {});
    await expect(find(base)).rejects.toThrow('silent for 0.05 s');
    TIMEOUTS.answer = answer;
  });

  it('ends with the signal', async () => {
    const abort = new AbortController();
    const base = await serve(() => abort.abort(new Error('enough')));
    await expect(find(base, { signal: abort.signal })).rejects.toThrow('enough');
  });

  it('is not looked for where none is published', async () => {
    await expect(find('http://127.0.0.1:1', { arch: 'ia32' })).rejects.toThrow(
      'nothing is published for linux/ia32',
    );
  });

  afterEach(async () => {
    const left = await readdir(cache).catch(() => []);
    expect(left.filter((name) => name !== '1.8.1')).toEqual([]);
  });
});

it('publishedSum reads both forms that sha256sum writes', () => {
  const sum = 'a'.repeat(64);
  expect(publishedSum(`${sum}  x.zip`, 'x.zip')).toBe(sum);
  expect(publishedSum(`${sum} *x.zip`, 'x.zip')).toBe(sum);
  expect(() => publishedSum('a  x.zip', 'x.zip')).toThrow('do not name x.zip');
});
