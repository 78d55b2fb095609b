import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isAlive } from '../../shared/process-identity.ts';
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
        layer: 'service' as const,
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

test('one that is held is really gone and stays so until it is released, then runs again', async () => {
  await supervise(READY + STAY).start();
  const before = child.running!;
  await child.hold(60);
  expect(isAlive(before)).toBe(false);
  expect(events.onUnplannedExit).toHaveBeenCalledWith(child, 'SIGKILL');
  expect(child.component).toMatchObject({ state: 'restarting', pid: null, detail: 'ended with SIGKILL' });
  // Longer than the first pause before a restart.
  await new Promise((resolve) => setTimeout(resolve, 350));
  expect(child.running).toBeUndefined();
  expect(child.extendHold(60)).toBe(true);
  child.release();
  await vi.waitFor(() => expect(child.component).toMatchObject({ state: 'ready', restarts: 1 }), {
    timeout: 5000,
  });
});

test('a hold ends by itself at its deadline, and cannot be extended after it', async () => {
  await supervise(READY + STAY).start();
  await child.hold(0.05);
  await vi.waitFor(() => expect(child.state).toBe('ready'), { timeout: 5000 });
  expect(child.extendHold(60)).toBe(false);
});

test('one that is stopped while it is held stays gone', async () => {
  await supervise(READY + STAY).start();
  await child.hold(0.1);
  await child.stop();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect([child.state, child.running]).toEqual(['stopped', undefined]);
});

test('one that is paused says so, and can be stopped all the same', async () => {
  await supervise(READY + STAY).start();
  const paused = child.running!;
  process.kill(paused.pid, 'SIGSTOP');
  await vi.waitFor(() => expect(child.component.state).toBe('paused'));
  await child.stop(10);
  expect(isAlive(paused)).toBe(false);
});

test('one that does not hear the signal is killed after the time that its spec allows', async () => {
  const deaf = `process.on('SIGTERM',()=>{});${READY}${STAY}`;
  await supervise(deaf, { stopTimeout: 0.2 }).start();
  const identity = child.running!;
  const begun = performance.now();
  await child.stop();
  expect(isAlive(identity)).toBe(false);
  // Below the time that is allowed where a spec says nothing.
  expect(performance.now() - begun).toBeLessThan(3500);
});
