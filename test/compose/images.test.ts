import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/cli.ts';
import { docker } from './support/docker.ts';
import { pinnedImages } from './support/pinned-images.ts';

/**
 * What docker-compose.yml and infra/ rely on in an image, of real images as well as of stand-ins: where both pass, a
 * stand-in is one in these respects.
 */
interface Config {
  Entrypoint: string[] | null;
  User?: string;
}

let images: Record<string, string>;
beforeAll(async () => {
  images = await pinnedImages();
});

const made: { containers: string[]; volumes: string[]; networks: string[] } = {
  containers: [],
  volumes: [],
  networks: [],
};
afterEach(async () => {
  for (const name of made.containers.splice(0)) await docker('rm', '--force', '--volumes', name);
  for (const name of made.volumes.splice(0)) await docker('volume', 'rm', name);
  for (const name of made.networks.splice(0)) await docker('network', 'rm', name);
});

const newName = (kind: keyof typeof made): string => {
  const name = `obsctl-test-${randomUUID().slice(0, 8)}`;
  made[kind].push(name);
  return name;
};

const start = async (image: string, ...options: string[]): Promise<string> => {
  const name = newName('containers');
  await docker('run', '--detach', '--name', name, ...options, image);
  return name;
};

const succeeds = (...args: string[]): Promise<boolean> =>
  docker(...args).then(
    () => true,
    () => false,
  );

describe('an image that is one binary', () => {
  it.each([
    ['prometheus', ['/bin/prometheus'], 'nobody'],
    ['loki', ['/usr/bin/loki'], '10001'],
    ['tempo', ['/tempo'], '10001:10001'],
    ['collector', ['/otelcol-contrib'], '10001:10001'],
    ['toxiproxy', ['/toxiproxy'], ''],
    ['k6', ['k6'], '12345'],
    ['postgres-exporter', ['/bin/postgres_exporter'], 'nobody'],
    ['redis-exporter', ['/redis_exporter'], '59000:59000'],
    ['minio', ['/usr/bin/minio'], '1000:1000'],
  ])('%s starts %j as "%s"', async (service, entrypoint, user) => {
    const text = await docker('image', 'inspect', '--format', '{{json .Config}}', images[service]!);
    const { Entrypoint, User = '' } = JSON.parse(text) as Config;
    expect({ Entrypoint, User }).toEqual({ Entrypoint: entrypoint, User: user });
  });

  it.each(['collector', 'toxiproxy', 'redis-exporter', 'minio'])('%s has no shell', async (service) => {
    const run = docker(
      'run',
      '--rm',
      '--network',
      'none',
      '--entrypoint',
      '/bin/sh',
      images[service]!,
      '-c',
      'true',
    );
    await expect(run).rejects.toThrow(/no such file or directory/);
  });
});

it.each([
  ['prometheus', '/prometheus', '65534'],
  ['loki', '/loki', '10001'],
  ['tempo', '/var/tempo', '10001'],
  ['minio', '/data', '1000'],
  ['grafana', '/var/lib/grafana', '472'],
  ['postgres', '/var/lib/postgresql/data', '999'],
])('a new volume of %s at %s belongs to the user %s', async (service, path, owner) => {
  const volume = newName('volumes');
  const name = newName('containers');
  await docker('volume', 'create', volume);
  // Creating fills it from the image; nothing has to run.
  await docker('create', '--name', name, '--volume', `${volume}:${path}`, images[service]!);
  const look = ['--entrypoint', 'stat', '--user', '0', '--volume', `${volume}:/looked-at`];
  const seen = await docker('run', '--rm', ...look, images.api!, '-c', '%u', '/looked-at');
  expect(seen).toBe(owner);
});

describe('PostgreSQL', () => {
  const query = (container: string, password: string) =>
    docker(
      ...['exec', '--env', `PGPASSWORD=${password}`, container],
      ...[
        'psql',
        '--host',
        '127.0.0.1',
        '--username',
        'shop',
        '--dbname',
        'shop',
        '--tuples-only',
        '--no-align',
      ],
      ...['--command', 'SELECT current_user || current_database()'],
    );
  const ready = (container: string) =>
    eventually('PostgreSQL accepts connections', () =>
      succeeds('exec', container, 'pg_isready', '--host=127.0.0.1', '--username=shop', '--dbname=shop'),
    );

  it('makes its cluster once, as a user without rights, and asks for the password', async () => {
    const volume = newName('volumes');
    await docker('volume', 'create', volume);
    const options = (password: string) => [
      ...[
        '--user',
        'postgres',
        '--read-only',
        '--cap-drop',
        'ALL',
        '--tmpfs',
        '/tmp',
        '--tmpfs',
        '/var/run/postgresql',
      ],
      ...[
        '--volume',
        `${volume}:/var/lib/postgresql/data`,
        '--env',
        'POSTGRES_USER=shop',
        '--env',
        'POSTGRES_DB=shop',
      ],
      ...['--env', `POSTGRES_PASSWORD=${password}`],
    ];
    const first = await start(images.postgres!, ...options('first'));
    await ready(first);
    expect(await query(first, 'first')).toBe('shopshop');
    await docker('stop', first);
    const second = await start(images.postgres!, ...options('second'));
    await ready(second);
    expect(await query(second, 'first')).toBe('shopshop');
    // 127.0.0.1 is trusted by initdb's own rules: the password is asked for from elsewhere.
    const address = await docker(
      ...['inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', second],
    );
    const remote = ['psql', `postgres://shop:wrong@${address}/shop`, '--command', 'SELECT 1'];
    await expect(docker('exec', second, ...remote)).rejects.toThrow(/password authentication failed/);
  });

  it('will not start without a password', async () => {
    const run = docker('run', '--rm', '--network', 'none', images.postgres!);
    await expect(run).rejects.toThrow(/superuser password is not specified/);
  });
});

it('Redis answers other containers of its network, run as docker-compose.yml runs it', async () => {
  const network = newName('networks');
  await docker('network', 'create', network);
  const redis = await start(
    images.redis!,
    ...['--network', network, '--user', 'redis', '--read-only', '--cap-drop', 'ALL', '--tmpfs', '/data'],
  );
  const ping = [
    'run',
    '--rm',
    '--network',
    network,
    '--entrypoint',
    'redis-cli',
    images.redis!,
    '-h',
    redis,
    'ping',
  ];
  await eventually('redis answers', async () => (await docker(...ping).catch(() => '')) === 'PONG');
});

it('the engine tells a container that ran out of memory from one that was killed', async () => {
  const grow = 'const kept = []; for (;;) kept.push(Buffer.alloc(1 << 20, 1));';
  const killed = newName('containers');
  const starved = newName('containers');
  await docker(
    'run',
    '--detach',
    '--name',
    killed,
    '--entrypoint',
    'node',
    images.api!,
    '-e',
    'setInterval(() => {}, 1000)',
  );
  await docker('kill', killed);
  await docker(
    ...[
      'run',
      '--detach',
      '--name',
      starved,
      '--memory',
      '48m',
      '--memory-swap',
      '48m',
      '--entrypoint',
      'node',
    ],
    ...[images.api!, '-e', grow],
  );
  await docker('wait', killed, starved);
  const ended = (name: string) =>
    docker('inspect', '--format', '{{.State.ExitCode}} {{.State.OOMKilled}}', name);
  expect([await ended(killed), await ended(starved)]).toEqual(['137 false', '137 true']);
});
