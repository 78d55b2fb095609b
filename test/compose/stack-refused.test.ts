import { once } from 'node:events';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/cli.ts';
import { ComposeUser } from './support/compose-user.ts';
import { anonymousVolumes, containersOf, docker, everythingOf } from './support/docker.ts';

/** What keeps a stack of containers from coming up: named, with the way out, and nothing stays. */

let user: ComposeUser;
let volumesBefore: string[];
beforeEach(async () => {
  volumesBefore = await anonymousVolumes();
  user = await ComposeUser.come();
});
afterEach(() => user.leave());

const up = async (environment: Record<string, string>, ...options: string[]): Promise<string> => {
  const { code, stderr } = await user.run(['up', ...options], environment);
  return `${code} ${stderr}`;
};

const nothingIsLeft = async () => {
  expect(await everythingOf(ComposeUser.project)).toEqual([]);
  expect(await anonymousVolumes()).toEqual(volumesBefore);
  expect((await user.run(['status'])).code).toBe(9);
};

/** A folder for PATH with what has to be there, and a program that says the version as Docker Compose does. */
const pathWith = (version: string): string => {
  const folder = join(user.home, 'bin');
  mkdirSync(folder);
  symlinkSync(process.execPath, join(folder, 'node'));
  writeFileSync(join(folder, 'docker-compose'), `#!/bin/sh\necho ${version}\n`);
  chmodSync(join(folder, 'docker-compose'), 0o755);
  return folder;
};

describe('before anything is started', () => {
  test('no engine: named, and without --on the local stack takes its place with the reason', async () => {
    const nowhere = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    expect(await up(nowhere)).toMatch(/^9 .*No Docker engine answers at unix:\/\/\/nowhere.*--on local/s);
    const local = await up({ ...nowhere, OBSCTL_ON: '', OBSCTL_TELEMETRY: 'embedded' });
    expect(local).toMatch(/^0 not on compose: /);
    expect((await user.run(['down'], nowhere)).code).toBe(0);
    expect(await up({ ...nowhere, OBSCTL_ON: '' }, '--profile', 'full')).toMatch(/^9 .*ENGINE_UNAVAILABLE/s);
  });

  test('an engine on another machine', async () => {
    expect(await up({ DOCKER_HOST: 'tcp://10.0.0.1:2375' })).toMatch(/^9 .*is on another machine/s);
  });

  test('Compose v1', async () => {
    const PATH = pathWith('1.29.2');
    const said = await up({ PATH, XDG_CACHE_HOME: join(user.home, 'cache') });
    expect(said).toMatch(/^9 .*docker-compose: 1\.29\.2, v1.*obsctl tools install compose/s);
  });

  test('the embedded telemetry, in plain words', async () => {
    expect(await up({}, '--telemetry', 'embedded')).toMatch(
      /^2 .*--telemetry embedded does not go with.*belongs to the local stack/s,
    );
  });

  test('a port that is taken, with the ways to another', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    expect(await up({}, '--port', String(port))).toMatch(
      new RegExp(
        `^9 .*Port ${port} on 127.0.0.1 is in use.*for traefik; another one: --port or GATEWAY_PORT`,
        's',
      ),
    );
    expect(await up({ TRAEFIK_PORT: String(port) })).toMatch(/^9 .*for traefik; another one: TRAEFIK_PORT/s);
    server.close();
    await nothingIsLeft();
  });

  test('images that cannot be had, each with its variable', async () => {
    const said = await up({ LOKI_IMAGE: '127.0.0.1:9/loki:1', REDIS_IMAGE: '127.0.0.1:9/redis:1' });
    expect(said).toMatch(/^9 .*IMAGE_UNAVAILABLE/s);
    expect(said).toMatch(/127\.0\.0\.1:9\/loki:1 \(for loki\) cannot be pulled: .*Another one: LOKI_IMAGE/);
    expect(said).toMatch(
      /127\.0\.0\.1:9\/redis:1 \(for redis\) cannot be pulled: .*Another one: REDIS_IMAGE/,
    );
    expect(said).toContain('--on local');
    await nothingIsLeft();
  });

  test('a volume that another version made; `down --volumes` is the way out', async () => {
    const labels = ['com.docker.compose.project=obsctl', 'obsctl.version=0.0.1'].flatMap((l) => [
      '--label',
      l,
    ]);
    await docker('volume', 'create', ...labels, 'obsctl_loki');
    expect(await up({})).toMatch(/^9 .*obsctl_loki was made by 0\.0\.1.*obsctl down --volumes/s);
    expect((await user.run(['down', '--volumes'])).stderr).toContain('cleaned up: volume obsctl_loki');
    await nothingIsLeft();
  });

  test('containers of the project that somebody else started, which stay', async () => {
    const label = 'com.docker.compose.project=obsctl';
    const { stdout } = await user.run(['--version']);
    const image = `obsctl/service:${stdout.trim()}`;
    await docker('create', '--label', label, '--name', 'obsctl-somebodys', image);
    expect(await up({})).toMatch(/^9 .*obsctl-somebodys.*docker compose -p obsctl down/s);
    expect((await user.run(['down'])).code).toBe(0);
    expect(await everythingOf(ComposeUser.project)).toEqual(['container obsctl-somebodys']);
  });
});

describe('while it starts', () => {
  test('a container that dies: how, and its last lines', async () => {
    // Loki's own flags mean nothing to Prometheus.
    const image = (
      await docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', 'prom/prometheus')
    ).split('\n')[0]!;
    const said = await up({ LOKI_IMAGE: image });
    expect(said).toMatch(/^9 .*loki ended while the stack started.*loki: exit code \d+.*\| .*flag/s);
    await nothingIsLeft();
  });

  test('data that another version of PostgreSQL made: the way out', async () => {
    const [, version] = (await user.run(['--version'])).stdout.match(/([\d.]+)/)!;
    const labels = ['com.docker.compose.project=obsctl', `obsctl.version=${version}`];
    await docker('volume', 'create', ...labels.flatMap((label) => ['--label', label]), 'obsctl_postgres');
    const image = (await docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', 'postgres')).split(
      '\n',
    )[0]!;
    const data = '/var/lib/postgresql/data';
    const make = `initdb --pgdata ${data} && echo 16 > ${data}/PG_VERSION`;
    const run = ['run', '--rm', '--user', 'postgres', '--volume', `obsctl_postgres:${data}`];
    await docker(...run, '--entrypoint', 'sh', image, '-c', make);
    const said = await up({});
    expect(said).toMatch(/^9 .*VOLUME_MISMATCH.*PostgreSQL version 16.*obsctl down --volumes/s);
    expect((await user.run(['down', '--volumes'])).code).toBe(0);
    await nothingIsLeft();
  });

  test('Ctrl-C takes down what had started', async () => {
    const cli = user.start(['up']);
    await eventually('a container is there', async () =>
      (await everythingOf(ComposeUser.project)).includes('container obsctl-redis-1'),
    );
    cli.kill('SIGINT');
    expect((await cli.outcome).code).toBe(130);
    await nothingIsLeft();
  });

  test('a command that dies leaves nothing, at whatever moment', async () => {
    for (const wait of [700, 2500, 8000]) {
      const cli = user.start(['up']);
      await new Promise((resolve) => setTimeout(resolve, wait));
      cli.kill('SIGKILL');
      await cli.outcome;
      await eventually(
        'nothing is left',
        async () => (await everythingOf(ComposeUser.project)).length === 0,
        60,
      );
    }
  });

  test('kill -9 of the background process: `down` cleans up, and so does the next `up`, whatever it is on', async () => {
    const kill = async () => {
      const cli = user.start(['up']);
      await eventually('a container runs', async () =>
        (await everythingOf(ComposeUser.project)).includes('container obsctl-redis-1'),
      );
      process.kill(user.state().supervisor.pid, 'SIGKILL');
      expect((await cli.outcome).code).toBe(9);
    };
    await kill();
    // The command that waited for it takes the containers down by itself.
    expect(await containersOf(ComposeUser.project)).toEqual([]);
    expect((await user.run(['down', '--volumes'])).code).toBe(0);
    await nothingIsLeft();
    await kill();
    expect(await up({ OBSCTL_TELEMETRY: 'embedded' }, '--on', 'local')).toMatch(/^0 /);
    const left = (await everythingOf(ComposeUser.project)).filter((line) => !line.startsWith('volume '));
    expect(left).toEqual([]);
  });
});
