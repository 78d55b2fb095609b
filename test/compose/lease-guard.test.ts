import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { GuardClient } from '../../cli/chaos/guard/guard-client.ts';
import type { ActionName, Order } from '../../cli/chaos/guard/protocol.ts';
import { endProcess, identify, isAlive, type ProcessIdentity } from '../../cli/shared/process-identity.ts';
import { livingGuard, removeClaim, removeGuardFiles } from '../../cli/stack/local/guard-files.ts';
import { GuardKeeper, spawnGuard } from '../../cli/stack/local/guard-keeper.ts';
import { type StackPaths, stackPaths, writeState } from '../../cli/stack/local/state-file.ts';
import { eventually } from '../support/cli.ts';
import { docker } from './support/docker.ts';

/** Any image whose process goes on. */
const IMAGE = process.env.TOXIPROXY_IMAGE || 'ghcr.io/shopify/toxiproxy:2.12.0';
const CONTAINER = 'obsctl-test-api-9';

const inspect = (what: string) => docker('inspect', '--format', `{{${what}}}`, CONTAINER);
const state = () => inspect('.State.Status');
const isNow = (wanted: string) => eventually(`it is ${wanted}`, async () => (await state()) === wanted);

let home: string;
let paths: StackPaths;
let host: ProcessIdentity;
let keeper: GuardKeeper | undefined;
let number = 0;

const guard = () => livingGuard(paths.guard);
const client = new GuardClient(async () => (keeper ? keeper.ensure() : paths.guard.socket));
const order = (action: ActionName, leaseSeconds: number): Order => ({
  ...{ id: `${action}-${number++}`, fault: `replica-${action}`, action, service: 'api', instance: 'api-9' },
  ...{ work: {}, parameters: {}, target: { rate: 1, seed: 1 }, leaseSeconds },
});

/** Process of the standby of this guard. */
const standbyOf = ({ pid }: ProcessIdentity): ProcessIdentity | undefined => {
  const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  const line = lines.find((one) => one.includes(`standby {"pid":${pid},`));
  return line === undefined ? undefined : identify(Number.parseInt(line, 10));
};
const standby = async (): Promise<ProcessIdentity> => {
  await eventually('there is a standby', () => standbyOf(guard()!) !== undefined);
  return standbyOf(guard()!)!;
};
const ready = () =>
  eventually('the guard listens', () => guard() !== undefined && existsSync(paths.guard.socket));
const kill = (...processes: ProcessIdentity[]) =>
  Promise.all(processes.map((one) => endProcess(one, 'SIGKILL')));

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'obsctl-guarded-'));
  process.env.XDG_STATE_HOME = home;
  paths = stackPaths();
  mkdirSync(paths.logs, { recursive: true });
});
afterAll(() => rmSync(home, { recursive: true }));

beforeEach(async () => {
  const labels = { project: 'obsctl', oneoff: 'False', service: 'api', 'container-number': '9' };
  const labelled = Object.entries(labels).map(
    ([name, value]) => `--label=com.docker.compose.${name}=${value}`,
  );
  await docker('run', '--detach', '--name', CONTAINER, '--restart=unless-stopped', ...labelled, IMAGE);
  const sleeper = spawn('sleep', ['600'], { stdio: 'ignore' });
  await once(sleeper, 'spawn');
  host = identify(sleeper.pid!)!;
  writeState(paths, {
    ...{ schemaVersion: 1, driver: 'compose', supervisor: host, socket: paths.socket, adminToken: '' },
    ...{ temporary: null, processes: [] },
  });
  keeper = new GuardKeeper(paths);
  await keeper.ensure();
});
afterEach(async () => {
  const left = guard();
  const second = left && standbyOf(left);
  await keeper?.end();
  keeper = undefined;
  if (left) await kill(left);
  removeGuardFiles(paths.guard);
  if (second) await eventually('the standby has left', () => !isAlive(second));
  await kill(host);
  await docker('rm', '--force', CONTAINER);
});

/** As if the host process had gone: nobody looks after the guard any more. */
const withoutHost = async (): Promise<void> => {
  const { pid } = guard()!;
  await keeper!.end();
  keeper = undefined;
  await eventually('the guard is gone', () => identify(pid) === undefined);
  spawnGuard(paths);
  await ready();
};

describe.each([
  ['kill', 'exited'],
  ['pause', 'paused'],
] as [ActionName, string][])('a container under %s', (action, wanted) => {
  test('is so until it is told otherwise', async () => {
    const asked = order(action, 60);
    expect((await client.open(asked)).state).toMatchObject({ eligible: 1, hits: 1 });
    expect(await state()).toBe(wanted);
    expect((await client.renew(asked.id, 90))!.state.expiresIn).toBeGreaterThan(60);
    // Whoever restarts what has crashed does so within a second.
    await pause(2_000);
    expect([await state(), await inspect('.RestartCount')]).toEqual([wanted, '0']);
    expect((await client.close(asked.id))!.state.hits).toBe(1);
    expect([await state(), await client.list()]).toEqual(['running', []]);
  });

  test('is whole again when its lease runs out', async () => {
    await client.open(order(action, 3));
    expect(await state()).toBe(wanted);
    await isNow('running');
    expect(await client.list()).toEqual([]);
  });

  test('that is started again by somebody else is free: it cannot be renewed, and is left alone', async () => {
    const asked = order(action, 60);
    await client.open(asked);
    await docker('restart', '--time', '1', CONTAINER);
    const since = await inspect('.State.StartedAt');
    expect((await client.list())[0]!.state.hits).toBe(0);
    expect(await client.renew(asked.id, 60)).toBeNull();
    expect([await state(), await inspect('.State.StartedAt')]).toEqual(['running', since]);
  });

  test('that is removed meanwhile is forgotten', async () => {
    const asked = order(action, 3);
    await client.open(asked);
    await docker('rm', '--force', CONTAINER);
    await eventually('the lease has ended', async () => (await client.list()).length === 0);
    await expect(client.open(order(action, 3))).rejects.toMatchObject({ code: 'FAULT_REFUSED' });
    await docker('run', '--detach', '--name', CONTAINER, IMAGE);
  });

  test('kill -9 of the guard: the next one goes on', async () => {
    const asked = order(action, 60);
    await client.open(asked);
    const before = guard()!;
    await kill(before);
    await eventually('there is another guard', () => guard() !== undefined && guard()!.pid !== before.pid);
    expect((await client.list()).map(({ state: { id, hits } }) => [id, hits])).toEqual([[asked.id, 1]]);
    await client.close(asked.id);
    expect(await state()).toBe('running');
  });

  test('kill -9 of the host: the lease goes on, and ends on time', async () => {
    await withoutHost();
    const asked = order(action, 60);
    await client.open(asked);
    await kill(host);
    await pause(2_000);
    expect([await state(), (await client.renew(asked.id, 3)) !== null]).toEqual([wanted, true]);
    await isNow('running');
  });

  test('kill -9 of host and guard: the standby goes on, and ends it on time', async () => {
    await withoutHost();
    const asked = order(action, 60);
    await client.open(asked);
    const [first, second] = [guard()!, await standby()];
    await kill(host, first);
    await eventually('it takes over', () => guard()?.pid === second.pid);
    await ready();
    expect([await state(), (await client.renew(asked.id, 3)) !== null]).toEqual([wanted, true]);
    await isNow('running');
  });

  test('kill -9 of all of them: it stays, until a guard is started again', async () => {
    await withoutHost();
    await client.open(order(action, 2));
    await kill(host, await standby(), guard()!);
    await pause(3_000);
    expect(await state()).toBe(wanted);
    removeClaim(paths.guard);
    spawnGuard(paths);
    await isNow('running');
    await eventually(
      'it has nothing left to do',
      () => guard() === undefined && !existsSync(paths.guard.journal),
    );
  });
});

test('what nobody asked for is not a kill: the engine starts the container again', async () => {
  const first = await inspect('.State.StartedAt');
  execFileSync('kill', ['-9', await inspect('.State.Pid')]);
  await eventually('it is started again', async () => (await inspect('.State.StartedAt')) !== first);
  expect([await state(), await inspect('.RestartCount')]).toEqual(['running', '1']);
});
