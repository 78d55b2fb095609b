import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identify } from '../shared/process-identity.ts';
import { withLock } from './lock.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
  file = join(folder, 'deep', 'lock');
});
afterEach(() => rm(folder, { recursive: true }));

const quiet = { tell: () => {} };

/** A lock as a process leaves it that was killed. */
const leaveLock = async (content: string): Promise<void> => {
  await withLock(file, quiet, async () => {});
  await writeFile(file, content);
};

describe('withLock', () => {
  it('holds the lock while the work lasts, and leaves nothing', async () => {
    const during = await withLock(file, quiet, async () => JSON.parse(await readFile(file, 'utf8')));
    expect(during).toEqual(identify(process.pid));
    expect(await readdir(join(folder, 'deep'))).toEqual([]);
  });

  it('lets go when the work fails', async () => {
    const work = withLock(file, quiet, () => Promise.reject(new Error('no luck')));
    await expect(work).rejects.toThrow('no luck');
    expect(existsSync(file)).toBe(false);
  });

  it('lets one work at a time, and tells who is waited for', async () => {
    const events: string[] = [];
    const waitedFor: number[] = [];
    let proceed = () => {};
    const gate = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    const first = withLock(file, quiet, async () => {
      events.push('first in');
      await gate;
      events.push('first out');
    });
    while (events.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const tell = (owner: number) => {
      waitedFor.push(owner);
      proceed();
    };
    const second = withLock(file, { tell }, async () => events.push('second in'));
    await Promise.all([first, second]);
    expect(events).toEqual(['first in', 'first out', 'second in']);
    expect(waitedFor[0]).toBe(process.pid);
  });

  it('takes over from an owner that is dead', async () => {
    const { stdout: pid } = await execa('sh', ['-c', 'echo $$']);
    await leaveLock(JSON.stringify({ pid: Number(pid), startedAt: '1' }));
    expect(await withLock(file, quiet, async () => 'done')).toBe('done');
  });

  it('takes over where another process has got the pid since', async () => {
    await leaveLock(JSON.stringify({ pid: process.pid, startedAt: 'another time' }));
    expect(await withLock(file, quiet, async () => 'done')).toBe('done');
  });

  it('takes over a lock that names nobody', async () => {
    await leaveLock('not json');
    expect(await withLock(file, quiet, async () => 'done')).toBe('done');
  });

  it('stops waiting at the signal', async () => {
    const abort = new AbortController();
    await leaveLock(JSON.stringify(identify(process.pid)));
    const tell = () => abort.abort(new Error('enough'));
    await expect(withLock(file, { tell, signal: abort.signal }, async () => 'done')).rejects.toThrow(
      'enough',
    );
    expect(existsSync(file)).toBe(true);
  });
});
