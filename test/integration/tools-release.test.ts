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
import { loki } from '../../cli/tools/loki.ts';
import type { ToolDefinition, WayContext } from '../../cli/tools/tool.ts';
import { toxiproxy } from '../../cli/tools/toxiproxy.ts';
import { fromRelease, publishedSum } from '../../cli/tools/ways/release.ts';
import { zipOf } from '../support/zip.ts';

/** The release way against a server of its own, with what the projects publish in small: tar.gz, zip, bare binary. */
interface Published {
  tool: ToolDefinition;
  file: string;
  member: string;
  /** What the binary prints as its version. */
  says(version: string): string;
  pack(script: string, member: string): Promise<Buffer> | Buffer;
}

const tar = async (script: string, member: string): Promise<Buffer> => {
  const tree = join(folder, 'tree');
  await mkdir(dirname(join(tree, member)), { recursive: true });
  await writeFile(join(tree, member), script, { mode: 0o755 });
  await execa('tar', ['-czf', join(folder, 'made.tar.gz'), '-C', tree, member]);
  return readFile(join(folder, 'made.tar.gz'));
};

const PUBLISHED: Published[] = [
  {
    tool: k6,
    file: 'k6-v1.8.1-linux-amd64.tar.gz',
    member: 'k6-v1.8.1-linux-amd64/k6',
    says: (version) => `k6 v${version} (test)`,
    pack: tar,
  },
  {
    tool: loki,
    file: 'loki-linux-amd64.zip',
    member: 'loki-linux-amd64',
    says: (version) => `loki, version ${version} (test)`,
    pack: (script, member) => zipOf([{ name: member, content: script }]),
  },
  {
    tool: toxiproxy,
    file: 'toxiproxy-server-linux-amd64',
    member: 'toxiproxy-server-linux-amd64',
    says: (version) => `toxiproxy-server version ${version}`,
    pack: (script) => Buffer.from(script),
  },
];

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

const sumLine = (body: Buffer, file: string): string =>
  `${createHash('sha256').update(body).digest('hex')}  ${file}\n`;

/** Serves files of a tool's release by name; any other is not found. */
const release = ({ release }: ToolDefinition, files: Record<string, Buffer | string>) =>
  serve((request, response) => {
    const path = `/${release!.path}/`;
    const body = request.url?.startsWith(path) ? files[request.url.slice(path.length)] : undefined;
    response.statusCode = body === undefined ? 404 : 200;
    response.end(body);
  });

const find = (tool: ToolDefinition, base: string, more: Partial<WayContext> = {}) =>
  fromRelease.find(tool, {
    cache,
    env: { OBSCTL_RELEASES_URL: `${base}/` },
    platform: 'linux',
    arch: 'x64',
    tell: () => {},
    ...more,
  });

const scriptOf = (command: string): string => `#!/bin/sh\n${command}\n`;

describe.each(PUBLISHED)('what is published of $tool.name', ({ tool, file, member, says, pack }) => {
  const { version, release: published } = tool;
  const { path, checksums } = published!;
  const good = (version = tool.version) => pack(scriptOf(`echo "${says(version)}"`), member);

  it('is downloaded, verified, and put into the cache', async () => {
    const body = await good();
    const base = await release(tool, {
      [file]: body,
      [checksums]: `${'0'.repeat(64)}  other.zip\n${sumLine(body, file)}`,
    });
    const found = await find(tool, base);
    expect(found).toMatchObject({
      name: tool.name,
      path: join(cache, version, tool.name),
      version,
      way: 'release',
      origin: 'release',
    });
    expect((await execa(found.path, ['version'])).stdout).toContain(version);
  });

  it('is refused when its checksum is not the published one', async () => {
    const base = await release(tool, { [file]: await good(), [checksums]: sumLine(Buffer.from('x'), file) });
    await expect(find(tool, base)).rejects.toThrow(
      /has the SHA-256 [0-9a-f]{64}, and [0-9a-f]{64} is published/,
    );
  });

  it('is refused when the checksums do not name it', async () => {
    const base = await release(tool, { [file]: await good(), [checksums]: 'nothing of use\n' });
    await expect(find(tool, base)).rejects.toThrow(`the published checksums do not name ${file}`);
  });

  it.each([
    ['the checksums are', {}, checksums],
    ['the file is', { [checksums]: `${'0'.repeat(64)}  ${file}\n` }, file],
  ])('is refused when %s not there', async (_, files, missing) => {
    const base = await release(tool, files);
    await expect(find(tool, base)).rejects.toThrow(`${base}/${path}/${missing}: HTTP 404`);
  });

  it('is refused when the connection ends before it does', async () => {
    const body = await good();
    const base = await serve((request, response) => {
      if (request.url?.endsWith(checksums)) return response.end(sumLine(body, file));
      response.writeHead(200, { 'content-length': body.length });
      response.write(body.subarray(0, body.length / 2), () => response.destroy());
    });
    await expect(find(tool, base)).rejects.toThrow(
      new RegExp(`${file}: (aborted|cut short|.*terminated|socket hang up)`),
    );
  });

  it('is refused when it was published cut short, and checksummed so', async () => {
    const body = (await good()).subarray(0, 20);
    const base = await release(tool, { [file]: body, [checksums]: sumLine(body, file) });
    await expect(find(tool, base)).rejects.toThrow(/holds no|no zip file|does not (run|say its version)/);
  });

  it.each([
    ['does not run', () => pack(scriptOf('exit 1'), member), 'does not run'],
    ['is another version', () => good('0.0.1'), `is 0.0.1, not ${version}`],
  ])('is refused when its binary %s', async (_, make, reason) => {
    const body = await make();
    const base = await release(tool, { [file]: body, [checksums]: sumLine(body, file) });
    await expect(find(tool, base)).rejects.toThrow(reason);
  });

  it('can be asked for twice at once', async () => {
    const body = await good();
    const base = await release(tool, { [file]: body, [checksums]: sumLine(body, file) });
    const [one, two] = await Promise.all([find(tool, base), find(tool, base)]);
    expect(one).toEqual(two);
  });

  it('is not looked for where none is published', async () => {
    await expect(find(tool, 'http://127.0.0.1:1', { arch: 'ia32' })).rejects.toThrow(
      'nothing is published for linux/ia32',
    );
  });

  afterEach(async () => {
    const left = await readdir(cache).catch(() => []);
    expect(left.filter((name) => name !== version)).toEqual([]);
  });
});

describe('the download', () => {
  const [{ file, member, pack }] = PUBLISHED as [Published];
  const SUMS = k6.release!.checksums;

  it('is refused when the archive holds something else', async () => {
    const body = await pack(scriptOf('echo "k6 v1.8.1 (test)"'), 'readme/k6');
    const base = await release(k6, { [file]: body, [SUMS]: sumLine(body, file) });
    await expect(find(k6, base)).rejects.toThrow(`the archive holds no ${member}`);
  });

  it('goes through the proxy that the environment names', async () => {
    const asked: string[] = [];
    const proxy = await serve((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(404).end();
    });
    vi.stubEnv('NO_PROXY', '');
    vi.stubEnv('no_proxy', '');
    vi.stubEnv('http_proxy', proxy);
    await expect(find(k6, 'http://releases.invalid')).rejects.toThrow('HTTP 404');
    expect(asked).toEqual([`http://releases.invalid/${k6.release!.path}/${SUMS}`]);
  });

  it('is given up when the server stays silent', async () => {
    const { answer } = TIMEOUTS;
    TIMEOUTS.answer = 50;
    const base = await serve(() => {});
    await expect(find(k6, base)).rejects.toThrow('silent for 0.05 s');
    TIMEOUTS.answer = answer;
  });

  it('ends with the signal', async () => {
    const abort = new AbortController();
    const base = await serve(() => abort.abort(new Error('enough')));
    await expect(find(k6, base, { signal: abort.signal })).rejects.toThrow('enough');
  });
});

it('publishedSum reads both forms that sha256sum writes', () => {
  const sum = 'a'.repeat(64);
  expect(publishedSum(`${sum}  x.zip`, 'x.zip')).toBe(sum);
  expect(publishedSum(`${sum} *x.zip`, 'x.zip')).toBe(sum);
  expect(() => publishedSum('a  x.zip', 'x.zip')).toThrow('do not name x.zip');
});
