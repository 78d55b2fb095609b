import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAlive } from '../../cli/shared/process-identity.ts';
import type { StackStatus, UpResult } from '../../cli/stack/stack.ts';
import { eventually } from '../support/cli.ts';
import { ComposeUser } from './support/compose-user.ts';
import { anonymousVolumes, containersOf, docker, everythingOf } from './support/docker.ts';

/** A stack of containers from `up` to `down`, as one user lives it. */

let user: ComposeUser;
let volumesBefore: string[];
beforeAll(async () => {
  volumesBefore = await anonymousVolumes();
  user = await ComposeUser.come();
});
afterAll(() => user.leave());

const status = () => user.json<StackStatus>(['status']);
const component = async (name: string) => (await status()).components.find((each) => each.name === name);
const incidentsOf = async (name: string) =>
  (await status()).incidents
    .filter(({ instance }) => instance === name)
    .map(({ kind, detail }) => `${kind}: ${detail}`);
const environmentFile = () => join(user.home, 'state/obsctl/stack/compose/env');
const secretsIn = (text: string) =>
  [...text.matchAll(/^\s*(\w+_(?:PASSWORD|TOKEN)=\S+)$/gm)].map(([, pair]) => pair);

/** What is on the engine of the project but the named volumes. */
const leftOnEngine = async (): Promise<string[]> =>
  (await everythingOf(ComposeUser.project)).filter((line) => !line.startsWith('volume '));

/** The kernel kills its main process: nobody asked the engine for it. */
const crash = async (container: string): Promise<void> => {
  execFileSync('kill', ['-9', await docker('inspect', '--format', '{{.State.Pid}}', container)]);
};

describe('up', () => {
  let first: { stdout: string; stderr: string };
  let up: StackStatus;

  test('serves the API, with three replicas where three are asked for', async () => {
    const outcome = await user.run(['up', '--replicas', '3', '--json']);
    expect([outcome.code, outcome.stderr.split('\n').filter((line) => line.startsWith('error'))]).toEqual([
      0,
      [],
    ]);
    first = outcome;
    up = JSON.parse(outcome.stdout) as UpResult['status'];
    expect([up.driver, up.profile, up.state]).toEqual(['compose', 'minimal', 'ready']);
    const names = up.components.map(({ name, state }) => `${name} ${state}`);
    expect(names).toEqual([
      ...['api-1 ready', 'api-2 ready', 'api-3 ready', 'inventory-1 ready', 'loki ready', 'otelcol ready'],
      ...['postgresql ready', 'prometheus ready', 'redis ready', 'tempo ready', 'toxiproxy ready'],
      ...['traefik ready', 'worker-1 ready'],
    ]);
    expect(up.incidents).toEqual([]);
    expect((await fetch(`${up.endpoints!.baseUrl}/products/1`)).status).toBe(200);
    expect((await fetch(up.endpoints!.docsUrl)).status).toBe(200);
    expect(up.versions).toMatchObject({
      loki: expect.stringMatching(/^\d/),
      traefik: expect.stringMatching(/^v3/),
    });
  });

  test('tells of each component once, and of the secrets that it made, which only their owner can read', () => {
    const lines = first.stderr.split('\n').filter((line) => line.includes('ready in'));
    expect(lines).toHaveLength(up.components.length);
    const kept = readFileSync(environmentFile(), 'utf8');
    const told = secretsIn(first.stderr);
    expect(told).toHaveLength(4);
    for (const pair of told) expect(kept).toContain(pair);
    expect(statSync(environmentFile()).mode & 0o777).toBe(0o600);
  });

  test('each replica has an admin API of its own on this machine, and each is scraped', async () => {
    const apis = up.replicas.filter(({ service }) => service === 'api');
    expect(new Set(apis.map(({ adminUrl }) => adminUrl)).size).toBe(3);
    for (const { adminUrl } of up.replicas) expect((await fetch(`${adminUrl}/faults`)).status).toBe(401);
    const { prometheus } = up.endpoints!.backends!;
    const answer = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent('up{job="api"}')}`);
    const { data } = (await answer.json()) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    expect(data.result.map(({ metric, value }) => `${metric.instance} ${value[1]}`).sort()).toEqual([
      'api-1 1',
      'api-2 1',
      'api-3 1',
    ]);
  });

  test('nothing is published beyond this machine', async () => {
    const ports = await docker(
      'ps',
      '--filter',
      'label=com.docker.compose.project=obsctl',
      '--format',
      '{{.Ports}}',
    );
    const published = [...ports.matchAll(/(\S+):\d+->/g)].map(([, address]) => address);
    expect(published.length).toBeGreaterThan(8);
    expect(new Set(published)).toEqual(new Set(['127.0.0.1']));
  });

  test('a second one uses the same stack, and refuses another', async () => {
    const again = await user.json<StackStatus>(['up']);
    expect(again.startedAt).toBe(up.startedAt);
    const refused = async (...options: string[]) => {
      const { code, stderr } = await user.run(['up', ...options]);
      return `${code} ${stderr}`;
    };
    expect(await refused('--replicas', '2')).toMatch(/^9 .*it has 3 api replicas, not 2/s);
    expect(await refused('--profile', 'full')).toMatch(/^9 .*its profile is minimal, not full/s);
    expect(await refused('--on', 'local')).toMatch(/^9 .*it is a compose stack, not local/s);
  });

  test('logs are those of the containers', async () => {
    const { stdout } = await user.run(['logs', 'api-2', '-n', '200']);
    expect(stdout).toMatch(/^api-2 {8}\| .*service ready/m);
    expect(stdout).not.toMatch(/^api-1/m);
    const unknown = await user.run(['logs', 'api-9']);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('nearest: api-1')]);
  });

  test('followed logs come as they are written, until Ctrl-C', async () => {
    const following = user.start(['logs', 'api-1', '--follow', '-n', '0', '--json']);
    let said = '';
    following.stdout!.on('data', (chunk) => {
      said += chunk;
    });
    const { baseUrl } = up.endpoints!;
    await eventually('a request is told of', async () => {
      for (let i = 0; i < 3; i++) await fetch(`${baseUrl}/nowhere`);
      return said.includes('\n');
    });
    following.kill('SIGINT');
    await following.outcome;
    expect(JSON.parse(said.split('\n')[0]!)).toMatchObject({ component: 'api-1' });
  });
});

describe('what nobody planned', () => {
  test('a container that dies is started again by the engine, and both are flagged', async () => {
    await crash('obsctl-inventory-1');
    await eventually('it was flagged twice', async () => (await incidentsOf('inventory-1')).length === 2);
    expect(await incidentsOf('inventory-1')).toEqual([
      'exit: ended unplanned with SIGKILL',
      expect.stringMatching(/^restart: started again after /),
    ]);
    await eventually('it is ready again', async () => (await component('inventory-1'))?.state === 'ready');
    expect((await component('inventory-1'))?.restarts).toBe(1);
  });

  test('one that somebody stops is flagged, and stays away', async () => {
    await docker('kill', 'obsctl-worker-1');
    await eventually('it was flagged', async () => (await incidentsOf('worker-1')).length === 1);
    expect(await component('worker-1')).toMatchObject({ state: 'stopped', pid: null });
    expect((await user.run(['status'])).stdout).toContain('degraded (worker-1)');
    await docker('start', 'obsctl-worker-1');
    await eventually('it is ready again', async () => (await component('worker-1'))?.state === 'ready');
  });

  test('one that runs out of memory is told apart from one that was killed', async () => {
    await docker('update', '--memory', '24m', '--memory-swap', '24m', 'obsctl-redis-1');
    const fill = "for i = 1, 50 do redis.call('set', i, string.rep('x', 1048576)) end";
    await docker('exec', 'obsctl-redis-1', 'redis-cli', 'eval', fill, '0').catch(() => {});
    await eventually('it was flagged', async () => (await incidentsOf('redis')).length > 0);
    expect((await incidentsOf('redis'))[0]).toMatch(/^exit: ended unplanned, out of memory/);
  });
});

describe('down', () => {
  test('leaves no container, no network and no nameless volume; data and secrets stay for the next one', async () => {
    const pid = user.state().supervisor;
    const { code, stdout } = await user.run(['down']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('nothing of it is left')]);
    expect(await leftOnEngine()).toEqual([]);
    expect(await anonymousVolumes()).toEqual(volumesBefore);
    expect(isAlive(pid)).toBe(false);
    expect((await user.run(['status'])).code).toBe(9);
    expect(await everythingOf(ComposeUser.project)).toContain('volume obsctl_postgres');
    expect(existsSync(environmentFile())).toBe(true);
  });

  test('the next stack opens the same data with the same secrets, and tells them no more', async () => {
    const before = secretsIn(readFileSync(environmentFile(), 'utf8'));
    const { code, stderr } = await user.run(['up']);
    expect([code, secretsIn(stderr)]).toEqual([0, []]);
    expect(secretsIn(readFileSync(environmentFile(), 'utf8'))).toEqual(before);
    expect((await status()).replicas.filter(({ service }) => service === 'api')).toHaveLength(2);
  });

  test('works when the background process was killed, also while a container is paused', async () => {
    process.kill(user.state().supervisor.pid, 'SIGKILL');
    await docker('pause', 'obsctl-api-1');
    await eventually('no stack answers', async () => (await user.run(['status'])).code === 9);
    expect(await containersOf(ComposeUser.project)).toContain('obsctl-api-1');
    const { code, stdout, stderr } = await user.run(['down', '--volumes']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('what was left of one is cleaned up')]);
    expect(stderr).toContain('cleaned up: container obsctl-api-1');
    expect(stderr).toContain('cleaned up: volume obsctl_postgres');
    expect(await everythingOf(ComposeUser.project)).toEqual([]);
    expect(existsSync(environmentFile())).toBe(false);
  });

  test('of nothing is no error', async () => {
    expect(await user.run(['down'])).toMatchObject({ code: 0, stdout: 'No stack was up.\n' });
  });
});
