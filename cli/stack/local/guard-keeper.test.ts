import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  endProcess,
  identify,
  isAlive,
  isStopped,
  type ProcessIdentity,
  signalProcess,
} from '../../shared/process-identity.ts';
import { claimGuard } from './guard-files.ts';
import { GuardKeeper } from './guard-keeper.ts';
import type { StackPaths } from './state-file.ts';

let directory: string;
let paths: StackPaths;
let guard: ProcessIdentity;
let keeper: GuardKeeper;
const answers = vi.fn<() => Promise<boolean>>();
const start = vi.fn(() => {
  claimGuard(paths.guard, identify(process.pid)!);
  writeFileSync(paths.guard.socket, '');
});

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  directory = mkdtempSync(join(tmpdir(), 'obsctl-keeper-'));
  const at = (name: string) => join(directory, name);
  paths = {
    ...{ directory, state: at('state.json'), logs: directory, socket: at('supervisor.sock') },
    guard: { claim: at('guard.json'), journal: at('guard.ndjson'), socket: at('guard.sock') },
  };
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  guard = identify(child.pid!)!;
  claimGuard(paths.guard, guard);
  writeFileSync(paths.guard.journal, '');
  vi.clearAllMocks();
  answers.mockResolvedValue(true);
  keeper = new GuardKeeper(paths, start, answers);
});
afterEach(async () => {
  vi.useRealTimers();
  // Not `end`: the guard that `start` claims for is this process.
  await endProcess(guard, 'SIGKILL');
  rmSync(directory, { recursive: true });
});

test('a guard that answers is left alone', async () => {
  await vi.advanceTimersByTimeAsync(1000);
  await vi.waitFor(() => expect(answers).toHaveBeenCalled());
  expect([isAlive(guard), start.mock.calls.length]).toEqual([true, 0]);
});

test.each(['stands still', 'does not answer'])('one that %s is replaced', async (how) => {
  if (how === 'stands still') {
    signalProcess(guard, 'SIGSTOP');
    await vi.waitFor(() => expect(isStopped(guard)).toBe(true));
  } else answers.mockResolvedValue(false);
  await vi.advanceTimersByTimeAsync(1000);
  await vi.waitFor(() => expect(start).toHaveBeenCalledOnce());
  expect(isAlive(guard)).toBe(false);
  expect(await keeper.ensure()).toBe(paths.guard.socket);
});
