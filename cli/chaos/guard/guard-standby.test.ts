import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
import { claimGuard, removeClaim, removeGuardFiles } from '../../stack/local/guard-files.ts';
import { type StackPaths, writeState } from '../../stack/local/state-file.ts';
import { standBy, standbyDuty, standbyFor } from './guard-standby.ts';

let directory: string;
let paths: StackPaths;
let guard: ProcessIdentity;
let host: ProcessIdentity;

const living = async (): Promise<ProcessIdentity> => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  return identify(child.pid!)!;
};
const stop = async (one: ProcessIdentity) => {
  signalProcess(one, 'SIGSTOP');
  await vi.waitFor(() => expect(isStopped(one)).toBe(true));
};
const kill = (one: ProcessIdentity) => endProcess(one, 'SIGKILL');

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'obsctl-standby-'));
  const at = (name: string) => join(directory, name);
  paths = {
    ...{ directory, state: at('state.json'), logs: directory, socket: at('supervisor.sock') },
    guard: { claim: at('guard.json'), journal: at('guard.ndjson'), socket: at('guard.sock') },
  };
  [guard, host] = await Promise.all([living(), living()]);
  claimGuard(paths.guard, guard);
  writeFileSync(paths.guard.journal, '');
  writeState(paths, {
    ...{ schemaVersion: 1, driver: 'compose', supervisor: host, socket: paths.socket, adminToken: '' },
    ...{ temporary: null, processes: [] },
  });
});
afterEach(async () => {
  await Promise.all([kill(guard), kill(host)]);
  rmSync(directory, { recursive: true });
});

const duty = () => standbyDuty(paths, guard);

test('it waits while the guard lives, or whoever would start another', async () => {
  expect(duty()).toBe('wait');
  await kill(guard);
  expect(duty()).toBe('wait');
});

test.each(['is killed', 'stands still'])(
  'it takes the place of a guard that %s with the host',
  async (how) => {
    await Promise.all([guard, host].map((one) => (how === 'is killed' ? kill(one) : stop(one))));
    expect(await standBy(paths, guard)).toBe(true);
    expect([isAlive(guard), existsSync(paths.guard.claim)]).toEqual([false, false]);
  },
);

test('it leaves where no lease can be open, the stack is down, or another guard is there', async () => {
  await kill(host);
  await kill(guard);
  removeClaim(paths.guard);
  claimGuard(paths.guard, identify(process.pid)!);
  expect(duty()).toBe('leave');
  removeClaim(paths.guard);
  expect(duty()).toBe('take over');
  rmSync(paths.state);
  expect(duty()).toBe('leave');
  removeGuardFiles(paths.guard);
  expect(await standBy(paths, guard)).toBe(false);
});

test('a process is told for whom it stands by', () => {
  expect(standbyFor(['standby', JSON.stringify(guard)])).toEqual(guard);
  expect(standbyFor([])).toBeUndefined();
});
