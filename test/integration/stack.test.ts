import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StackStatus } from '../../cli/stack/stack.ts';
import { alive, eventually, type StateFile, User } from '../support/cli.ts';

let user: User;
beforeEach(() => {
  user = new User();
});
afterEach(() => user.leave());

const kill = (state: StateFile, name: string) =>
  process.kill(state.processes.find((child) => child.name === name)!.pid, 'SIGKILL');

/** Processes whose environment names this user's folder; Linux only, elsewhere none are seen. */
const processesOf = (home: string): string[] =>
  !existsSync('/proc/self/environ')
    ? []
    : readdirSync('/proc').filter((pid) => {
        try {
          return (
            /^\d+$/.test(pid) &&
            (readFileSync(`/proc/${pid}/environ`, 'utf8').includes(home) ||
              readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(home))
          );
        } catch {
          return false;
        }
      });

const nothingIsLeft = (state: StateFile) => {
  expect(alive([...state.processes, { name: 'supervisor', ...state.supervisor }])).toEqual([]);
  expect(existsSync(state.temporary)).toBe(false);
  expect(existsSync(state.socket)).toBe(false);
};

describe('up and down', () => {
  test('up serves the API and its docs, a second up uses the same stack, down leaves nothing', async () => {
    const first = await user.json<StackStatus>(['up']);
    expect(first.components.map(({ name, state }) => `${name} ${state}`)).toEqual(
      expect.arrayContaining([
        'postgresql ready',
        'inventory-1 ready',
        'worker-1 ready',
        'api-1 ready',
        'api-2 ready',
        'gateway ready',
        'telemetry ready',
      ]),
    );
    const { baseUrl, docsUrl } = first.endpoints!;
    expect((await fetch(`${baseUrl}/products/1`)).status).toBe(200);
    expect((await fetch(docsUrl)).status).toBe(200);
    expect((await fetch(`${baseUrl}/metrics`)).status).toBe(404);

    const second = await user.json<StackStatus>(['up']);
    expect(second.components.map(({ pid }) => pid)).toEqual(first.components.map(({ pid }) => pid));
    const other = await user.run(['up', '--replicas', '3']);
    expect([other.code, other.stderr]).toEqual([9, expect.stringContaining('it has 2 api replicas, not 3')]);

    const unlike = await user.run(['up', '--telemetry', 'grafana']);
    expect([unlike.code, unlike.stderr]).toEqual([
      9,
      expect.stringContaining('its telemetry is embedded, not grafana'),
    ]);

    const state = user.state();
    expect((await user.run(['down'])).code).toBe(0);
    nothingIsLeft(state);
    expect((await user.run(['status'])).stderr).toContain('obsctl up');
  });

  test('Ctrl-C while it comes up takes down what had started', async () => {
    const cli = user.start(['up']);
    await eventually('PostgreSQL has started', () => {
      try {
        return user.state().processes.some(({ name }) => name === 'postgresql');
      } catch {
        return false;
      }
    });
    const state = user.state();
    cli.kill('SIGINT');
    expect((await cli.outcome).code).toBe(130);
    nothingIsLeft(state);
  });

  test('a command that dies while the stack comes up leaves nothing, at whatever moment', async () => {
    for (const wait of [300, 900, 1800, 3000]) {
      const cli = user.start(['up']);
      await new Promise((resolve) => setTimeout(resolve, wait));
      cli.kill('SIGKILL');
      await cli.outcome;
      await eventually(
        `nothing is left ${wait} ms after the start`,
        () => processesOf(user.home).length === 0,
      );
    }
  });

  test('kill -9 of the supervisor takes everything with it', async () => {
    await user.json(['up']);
    const state = user.state();
    process.kill(state.supervisor.pid, 'SIGKILL');
    await eventually('all processes are gone', () => alive(state.processes).length === 0);
    await eventually('the temporary folder is gone', () => !existsSync(state.temporary));
    expect((await user.run(['down'])).stderr).toContain('cleaned up: state file');
    nothingIsLeft(state);
  });

  test('kill -9 of the reaper and the supervisor: down cleans up what is left', async () => {
    await user.json(['up']);
    const state = user.state();
    kill(state, 'reaper');
    process.kill(state.supervisor.pid, 'SIGKILL');
    await eventually('the roles have left by themselves', () =>
      alive(state.processes).every((name) => ['postgresql', 'redis', 'toxiproxy'].includes(name)),
    );
    expect((await user.run(['down'])).stderr).toContain('cleaned up: process postgresql');
    nothingIsLeft(state);
  });

  test('a child that dies unplanned is restarted and flagged, whichever it is', async () => {
    await user.json(['up']);
    for (const name of ['api-1', 'postgresql', 'gateway']) kill(user.state(), name);
    const states = async () =>
      (await user.json<StackStatus>(['status'])).components.map(({ state }) => state);
    await eventually(
      'three children were restarted',
      async () => (await user.json<StackStatus>(['status'])).incidents.length === 3,
    );
    await eventually('all is ready again', async () => (await states()).every((state) => state === 'ready'));
    const status = await user.json<StackStatus>(['status']);
    expect(status.incidents.map(({ instance, kind }) => `${instance} ${kind}`).sort()).toEqual([
      'api-1 exit',
      'gateway exit',
      'postgresql exit',
    ]);
    await eventually(
      'the API serves again',
      async () => (await fetch(`${status.endpoints!.baseUrl}/products/2`)).ok,
    );
  });
});

describe('what is in the way', () => {
  test('a stale state file never blocks', async () => {
    await user.json(['up']);
    const state = user.state();
    process.kill(state.supervisor.pid, 'SIGKILL');
    await eventually('all processes are gone', () => alive(state.processes).length === 0);
    const again = await user.json<StackStatus>(['up']);
    expect(again.state).toBe('ready');
  });

  test('a torn state file never blocks', async () => {
    await user.json(['up']);
    const state = user.state();
    process.kill(state.supervisor.pid, 'SIGKILL');
    await eventually('all processes are gone', () => alive(state.processes).length === 0);
    writeFileSync(join(user.home, 'state/obsctl/stack/state.json'), '{"schemaVersion":1,"superv');
    expect((await user.json<StackStatus>(['up'])).state).toBe('ready');
  });

  test('a port that is taken is named, and nothing is left', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const { code, stderr } = await user.run(['up', '--port', String(port)]);
    server.close();
    expect([code, stderr]).toEqual([9, expect.stringContaining(`Port ${port} on 127.0.0.1 is in use`)]);
    expect((await user.run(['status'])).code).toBe(9);
  });

  test('the real telemetry without its binaries is refused with the way to them', async () => {
    const nowhere = { PATH: dirname(process.execPath), XDG_CACHE_HOME: join(user.home, 'cache') };
    const { code, stderr } = await user.run(['up', '--telemetry', 'grafana'], nowhere);
    expect([code, stderr]).toEqual([9, expect.stringContaining('obsctl tools install')]);
    expect(stderr).toContain('otelcol, prometheus, loki, tempo');
    expect((await user.run(['status'])).code).toBe(9);
  });

  test('a telemetry that there is not, by flag and by environment, is refused with those there are', async () => {
    for (const command of ['up', 'run', 'demo']) {
      const fault = command === 'run' ? ['--fault', 'latency'] : [];
      const { code, stderr } = await user.run([command, ...fault, '--telemetry', 'zipkin']);
      expect([code, stderr]).toEqual([2, expect.stringContaining('one of grafana, embedded')]);
    }
    const { code, stderr } = await user.run(['up'], { OBSCTL_TELEMETRY: 'zipkin' });
    expect([code, stderr]).toEqual([2, expect.stringContaining('OBSCTL_TELEMETRY')]);
  });

  test('a state folder that is a file is refused with the reason', async () => {
    writeFileSync(join(user.home, 'state'), 'a file');
    const { code, stderr } = await user.run(['up']);
    expect(code).toBe(9);
    expect(stderr).not.toContain('    at ');
  });
});
