import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ChildSpec, SupervisedChild } from './supervised-child.ts';

const READY = "process.send({type:'ready'});";
const STAY = 'setInterval(()=>{},1e3);';

let folder: string;
let child: SupervisedChild;
const events = {
  onChange: vi.fn(),
  onSpawn: vi.fn(),
  onGone: vi.fn(),
  onUnplannedExit: vi.fn(),
  onGaveUp: vi.fn(),
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'obsctl-child-'));
  vi.clearAllMocks();
});
afterEach(async () => {
  await child.stop(0.2);
  rmSync(folder, { recursive: true });
});

const supervise = (code: string, more: Partial<ChildSpec> = {}): SupervisedChild => {
  child = new SupervisedChild(
    {
      ...{
        name: 'role-1',
        service: 'role',
        address: null,
        command: process.execPath,
        args: ['-e', code],
        cwd: folder,
      },
      ...{
        env: { PATH: process.env.PATH ?? '' },
        logFile: join(folder, 'role-1.log'),
        ready: 'ipc',
        ...more,
      },
    },
    events,
  );
  return child;
};

test('is ready when it says so, and gone when it is stopped, without an incident', async () => {
  await supervise(READY + STAY).start();
  expect(child.state).toBe('ready');
  await child.stop();
  expect(child.state).toBe('stopped');
  expect(child.running).toBeUndefined();
  expect(events.onUnplannedExit).not.toHaveBeenCalled();
});

test('one that ends before it is ready fails with its code and the end of its log', async () => {
  await expect(supervise("console.error('no such table'); process.exit(3);").start()).rejects.toThrow(
    /exit code 3[\s\S]*no such table/,
  );
});

test('one that says why it failed is quoted', async () => {
  await expect(
    supervise(`process.send({type:'failed', message:'port in use'});${STAY}`).start(),
  ).rejects.toThrow('port in use');
});

test('one that never gets ready is given up after its time', async () => {
  await expect(supervise(STAY, { readyTimeout: 0.3 }).start()).rejects.toThrow('not ready within 0.3 s');
});

test('a command that does not exist fails at once', async () => {
  await expect(supervise('', { command: join(folder, 'nothing') }).start()).rejects.toThrow('ENOENT');
});

test('one that dies is started again and flagged', async () => {
  await supervise(READY + STAY).start();
  const before = child.running!.pid;
  process.kill(before, 'SIGKILL');
  await vi.waitFor(() => expect(child.component).toMatchObject({ state: 'ready', restarts: 1 }), {
    timeout: 5000,
  });
  expect(child.running!.pid).not.toBe(before);
  expect(events.onUnplannedExit).toHaveBeenCalledWith(child, 'SIGKILL');
});
