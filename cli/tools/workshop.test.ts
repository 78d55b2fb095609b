import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { k6 } from './k6.ts';
import { tempo } from './tempo.ts';
import type { ToolDefinition, WayContext } from './tool.ts';
import { inCache } from './ways/cache.ts';
import { makeInCache } from './workshop.ts';

let cache: string;
let context: WayContext;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'workshop-'));
  context = { cache, env: {}, platform: 'linux', arch: 'x64', tell: () => {} };
});
afterEach(() => rm(cache, { recursive: true }));

const GOOD = '#!/bin/sh\necho "k6 v1.8.1 (made)"\n';

const make = (script = GOOD, tool: ToolDefinition = k6, version = tool.version) =>
  makeInCache(tool, version, context, 'release', async (folder) => {
    await writeFile(join(folder, 'made'), script);
    return join(folder, 'made');
  });

const entry = (...names: string[]) => join(cache, '1.8.1', ...names);

describe('makeInCache', () => {
  it('puts the binary there with a note of its origin; from then on the cache has it', async () => {
    const size = GOOD.length;
    const what = { name: 'k6', path: entry('k6'), version: '1.8.1', origin: 'release', size };
    expect(await make()).toEqual({ ...what, way: 'release' });
    expect(await inCache.find(k6, context)).toEqual({ ...what, way: 'cache' });
    expect(await readdir(cache)).toEqual(['1.8.1']);
  });

  it('leaves nothing when the binary is refused', async () => {
    await expect(make('#!/bin/sh\necho "k6 v1.8.0 (made)"\n')).rejects.toThrow('is 1.8.0, not 1.8.1');
    await expect(make('#!/bin/sh\nexit 1\n')).rejects.toThrow('does not run');
    expect(await readdir(cache)).toEqual([]);
  });

  it('can be done twice at once', async () => {
    const [one, two] = await Promise.all([make(), make()]);
    expect(one).toEqual(two);
    expect(await readdir(cache)).toEqual(['1.8.1']);
    expect(await inCache.find(k6, context)).toMatchObject({ path: entry('k6') });
  });

  it('removes what a killed process left, and not what a living one is making', async () => {
    const { stdout: dead } = await execa('sh', ['-c', 'echo $$']);
    for (const pid of [dead, process.pid]) {
      await mkdir(join(cache, `.making-${pid}-abc`));
      await writeFile(join(cache, `.making-${pid}-abc`, 'k6'), 'half a bin');
    }
    await make();
    expect((await readdir(cache)).sort()).toEqual([`.making-${process.pid}-abc`, '1.8.1']);
  });
});

describe('the cache', () => {
  it.each([
    ['has no note', async () => rm(entry('origin.json')), 'origin.json'],
    ['has half a note', async () => writeFile(entry('origin.json'), '{"version":'), 'origin.json'],
    ['is missing beside its note', async () => rm(entry('k6')), 'no '],
    [
      'is shorter',
      async () => writeFile(entry('k6'), GOOD.slice(0, 20)),
      'is not the one that was put there',
    ],
    [
      'was changed later',
      async () => {
        await writeFile(entry('k6'), GOOD.toUpperCase());
        await utimes(entry('k6'), 1, 1);
      },
      'is not the one that was put there',
    ],
  ])('does not count a binary that %s, and the next one takes its place', async (_, spoil, reason) => {
    await make();
    await spoil();
    await expect(inCache.find(k6, context)).rejects.toThrow(reason);
    await make();
    expect(await inCache.find(k6, context)).toMatchObject({ path: entry('k6') });
    expect(await readFile(entry('k6'), 'utf8')).toBe(GOOD);
  });

  it('counts a copy, whose time alone is another one', async () => {
    await make();
    await utimes(entry('k6'), 1, 1);
    expect(await inCache.find(k6, context)).toMatchObject({ path: entry('k6') });
  });

  it('has room for a tool whose build is of another version than its release', async () => {
    const { version } = tempo.goBuild!;
    await make(`#!/bin/sh\necho "tempo, version ${version}"\n`, tempo, version);
    expect(await inCache.find(tempo, context)).toMatchObject({ version });
    await make(`#!/bin/sh\necho "tempo, version ${tempo.version}"\n`, tempo);
    expect(await inCache.find(tempo, context)).toMatchObject({ version: tempo.version });
  });
});
