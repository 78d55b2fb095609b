import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identify } from '../../shared/process-identity.ts';
import { claimState, readState, type StackPaths, type StackState, writeState } from './state-file.ts';
import { sweepLeftovers } from './sweep.ts';

let directory: string;
let paths: StackPaths;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'obsctl-sweep-'));
  const at = (name: string) => join(directory, name);
  paths = {
    ...{ directory, state: at('state.json'), logs: at('logs'), socket: at('supervisor.sock') },
    guard: { claim: at('guard.json'), journal: at('guard.ndjson'), socket: at('guard.sock') },
  };
});
afterEach(() => rmSync(directory, { recursive: true }));

const stateOf = (supervisor: StackState['supervisor']): StackState => ({
  ...{ schemaVersion: 1, driver: 'local', supervisor, socket: paths.socket, adminToken: 'secret' },
  ...{ temporary: null, processes: [] },
});
const dead = { pid: 2 ** 22 + 1, startedAt: 'never' };
const alive = identify(process.pid)!;

test('what a dead supervisor left is removed', async () => {
  writeState(paths, stateOf(dead));
  expect(await sweepLeftovers(paths)).toEqual([`state file ${paths.state}`]);
  expect(existsSync(paths.state)).toBe(false);
});

test('a stack whose supervisor lives is left alone', async () => {
  const own = stateOf(alive);
  own.temporary = join(directory, 'data');
  writeState(paths, own);
  writeState({ ...paths, state: own.temporary }, own);
  expect(await sweepLeftovers(paths)).toEqual([]);
  expect([existsSync(paths.state), existsSync(own.temporary)]).toEqual([true, true]);
});

test('so is one that comes up while another command sweeps', async () => {
  const sweeping = sweepLeftovers(paths);
  expect(claimState(paths, stateOf(alive))).toBe(true);
  await sweeping;
  expect(readState(paths)?.supervisor).toEqual(alive);
});
