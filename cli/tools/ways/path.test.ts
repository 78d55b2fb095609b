import { chmod, mkdir, mkdtemp, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { k6 } from '../k6.ts';
import type { WayContext } from '../tool.ts';
import { onPath } from './path.ts';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'path-')));
});
afterEach(() => rm(folder, { recursive: true }));

const binary = async (place: string, script: string): Promise<string> => {
  await mkdir(join(folder, place));
  const file = join(folder, place, 'k6');
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
};

const find = (...places: string[]) => {
  const PATH = places.map((place) => (place ? join(folder, place) : '')).join(delimiter);
  const context: WayContext = {
    cache: folder,
    env: { PATH },
    platform: 'linux',
    arch: 'x64',
    tell: () => {},
  };
  return onPath.find(k6, context);
};

describe('PATH', () => {
  it('gives the first binary whose version will do', async () => {
    await binary('old', 'echo "k6 v0.49.0 (x)"');
    const good = await binary('good', 'echo "k6 v1.2.3 (x)"');
    expect(await find('old', 'good')).toEqual({
      name: 'k6',
      path: good,
      version: '1.2.3',
      way: 'PATH',
      origin: 'PATH',
      size: (await stat(good)).size,
    });
  });

  it('says of each one why it will not do', async () => {
    const old = await binary('old', 'echo "k6 v0.49.0 (x)"');
    const broken = await binary('broken', 'exit 3');
    const mute = await binary('mute', 'echo hello');
    await expect(find('old', 'broken', 'mute')).rejects.toThrow(
      new RegExp(
        `${old} is 0.49.0, and 1.0.0 or newer below 2.0.0 is needed; ${broken} does not run: .*; ${mute} does not say its version`,
      ),
    );
  });

  it('reads a version that is written to standard error', async () => {
    await binary('good', 'echo "k6 v1.2.3 (x)" >&2');
    expect(await find('good')).toMatchObject({ version: '1.2.3' });
  });

  it('says so when there is none, and never looks into the current folder', async () => {
    await expect(find('', 'nowhere')).rejects.toThrow('no k6 there');
  });
});
