import { spawn } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { endProcess, identify, isAlive, isStopped, signalProcess } from './process-identity.ts';

const sleeper = () =>
  spawn(
    process.execPath,
    ['-e', 'process.on("SIGTERM",()=>{}); console.log("on"); setInterval(()=>{},1e3)'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );

test('a living process is told from another of the same pid', () => {
  const me = identify(process.pid)!;
  expect(isAlive(me)).toBe(true);
  expect(isAlive({ ...me, startedAt: 'another time' })).toBe(false);
});

test('a pid that nobody has is nobody', () => expect(identify(2 ** 22 + 1)).toBeUndefined());

test('a process that ignores the first signal is killed all the same', async () => {
  const child = sleeper();
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const identity = identify(child.pid!)!;
  expect(await endProcess(identity, 'SIGTERM', 0.1)).toBe(true);
  expect(isAlive(identity)).toBe(false);
});

test('a stopped process is seen as such, goes on, and hears the signal that ends it although it is stopped', async () => {
  const child = spawn(
    process.execPath,
    ['-e', 'process.on("SIGTERM",()=>process.exit(7)); console.log("on"); setInterval(()=>{},1e3)'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const code = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const identity = identify(child.pid!)!;
  expect(isStopped(identity)).toBe(false);
  signalProcess(identity, 'SIGSTOP');
  await vi.waitFor(() => expect(isStopped(identity)).toBe(true));
  signalProcess(identity, 'SIGCONT');
  await vi.waitFor(() => expect(isStopped(identity)).toBe(false));
  signalProcess(identity, 'SIGSTOP');
  await endProcess(identity, 'SIGTERM', 10);
  expect(await code).toBe(7);
});
