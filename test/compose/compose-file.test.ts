import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseEnv } from 'node:util';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { presetFor } from '../../cli/experiment/presets.ts';
import { imageVariable } from '../../cli/stack/compose/compose-config.ts';
import { composePaths } from '../../cli/stack/compose/paths.ts';
import { k6 } from '../../cli/tools/k6.ts';
import { loki } from '../../cli/tools/loki.ts';
import { otelcol } from '../../cli/tools/otelcol.ts';
import { prometheus } from '../../cli/tools/prometheus.ts';
import { tempo } from '../../cli/tools/tempo.ts';
import { traefik } from '../../cli/tools/traefik.ts';
import { ComposeFile, SECRETS } from './support/compose-file.ts';

interface Service {
  image: string;
  build?: object;
  pull_policy?: string;
  user?: string;
  restart: string;
  read_only?: boolean;
  privileged?: boolean;
  cap_add?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  mem_limit?: string;
  network_mode?: string;
  profiles?: string[];
  environment?: Record<string, string>;
  ports?: { host_ip?: string; published?: string; target: number }[];
  volumes?: { type: string; source?: string; target: string; read_only?: boolean }[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
}

const MEBIBYTE = 2 ** 20;
const text = readFileSync('docker-compose.yml', 'utf8');
const raw: { services: Record<string, { image?: string; '<<'?: unknown }> } = parse(text, { merge: true });
let services: Record<string, Service>;

/** `name: value` of each service for which there is one. */
const each = <T>(pick: (service: Service, name: string) => T | undefined): [string, T][] =>
  Object.entries(services).flatMap(([name, service]) => {
    const value = pick(service, name);
    return value === undefined ? [] : [[name, value] as [string, T]];
  });

beforeAll(async () => {
  ({ services } = await new ComposeFile().config());
});

describe('nothing is open that need not be', () => {
  test('every port is published on 127.0.0.1 only', () => {
    const ports = Object.entries(services).flatMap(([name, { ports }]) =>
      (ports ?? []).map((port) => `${name} ${port.host_ip}:${port.target}`),
    );
    expect(ports.length).toBeGreaterThan(10);
    expect(ports.filter((port) => !port.includes(' 127.0.0.1:'))).toEqual([]);
  });

  test('none but the gateway and its dashboard has a port of its own choice', () => {
    const fixed = Object.values(services).flatMap(({ ports }) => (ports ?? []).map((port) => port.published));
    expect(fixed.filter(Boolean).sort()).toEqual(['80', '8080']);
  });

  test('no service is privileged, may gain privileges, or shares a namespace of the machine', () => {
    for (const [name, service] of Object.entries(services)) {
      expect(service, name).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
      expect(service.privileged, name).toBeFalsy();
      expect(service.network_mode ?? 'none', name).toBe('none');
    }
    expect(text).not.toMatch(/^\s*(pid|ipc|userns_mode|devices):/m);
  });

  test('one job alone is root, with one capability, and without a network', () => {
    expect(each(({ cap_add }) => cap_add)).toEqual([['volume-init', ['CHOWN']]]);
    expect(each(({ user }) => (/^(0|root)\b/.test(user ?? '') ? user : undefined))).toEqual([
      ['volume-init', '0:0'],
    ]);
    expect(services['volume-init']!.network_mode).toBe('none');
  });

  test('no service sees the Docker socket, and what it sees of the checkout it cannot write', () => {
    const mounts = Object.values(services).flatMap(({ volumes }) => volumes ?? []);
    expect(mounts.filter(({ source }) => source?.includes('docker.sock'))).toEqual([]);
    const bound = mounts.filter(({ type }) => type === 'bind');
    expect(bound.length).toBeGreaterThan(10);
    for (const { source, read_only } of bound) {
      expect(relative(process.cwd(), source!)).toMatch(/^(infra|scenarios)\b/);
      expect(existsSync(source!), source).toBe(true);
      expect(read_only, source).toBe(true);
    }
  });

  test('every volume has a name', () => {
    const volumes = Object.values(services).flatMap(({ volumes }) => volumes ?? []);
    expect(volumes.filter(({ type, source }) => type === 'volume' && !source)).toEqual([]);
  });
});

describe('images', () => {
  const pinned = /^\$\{([A-Z0-9_]+_IMAGE):-([^:}]+):([^:}]+)\}$/;

  test('each is pinned to a version, and has one variable that names another', () => {
    for (const [name, { image }] of Object.entries(raw.services)) {
      const [, variable, , tag] = pinned.exec(image ?? '') ?? [];
      expect(variable, `${name}: ${image}`).toBe(imageVariable(name));
      expect(tag, name).toMatch(/^v?\d+(\.\d+)+(-[a-z]+)?$|^\d{4}-\d\d-\d\d$/);
    }
  });

  test('the variable is heard', async () => {
    const variables = [...new Set(Object.keys(services).map(imageVariable))];
    const others = Object.fromEntries(variables.map((name) => [name, `other/${name.toLowerCase()}:7`]));
    const { services: changed } = await new ComposeFile({ ...SECRETS, ...others }).config();
    for (const name of Object.keys(services))
      expect(changed[name].image).toBe(`other/${imageVariable(name).toLowerCase()}:7`);
  });

  test('what has no publisher is built, never pulled', () => {
    const own = Object.entries(services).filter(([, { image }]) => image.startsWith('obsctl/'));
    expect(own).toHaveLength(6);
    for (const [name, { pull_policy, image }] of own) {
      expect(pull_policy, name).toBe('never');
      expect(
        own.some(([, other]) => other.image === image && other.build),
        name,
      ).toBe(true);
    }
  });

  test('versions are those that the local driver is built with, and our own is this one', () => {
    const tools = { k6, loki, tempo, prometheus, traefik, collector: otelcol };
    for (const [name, { version }] of Object.entries(tools))
      expect(services[name]!.image.replace(/^.*:v?/, ''), name).toBe(version);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(services.api!.image).toBe(`obsctl/service:${version}`);
    expect(text).toContain(`\${OBSCTL_VERSION:-${version}}`);
  });
});

describe('secrets', () => {
  test.each(Object.keys(SECRETS))('without %s it does not start, and says what to do', async (name) => {
    const { [name]: _left, ...rest } = SECRETS;
    await expect(new ComposeFile(rest).config()).rejects.toThrow(
      new RegExp(`variable ${name} is missing a value: copy .env.example .*obsctl up`),
    );
    await expect(new ComposeFile({ ...rest, [name]: '' }).config()).rejects.toThrow(name);
  });

  test('what is called a secret is one of those that are asked for', () => {
    const secret = /PASS|TOKEN|SECRET|ACCESS_KEY|ROOT_USER/;
    const given = Object.values(services).flatMap(({ environment }) =>
      Object.entries(environment ?? {}).filter(([name]) => secret.test(name)),
    );
    expect(given.length).toBeGreaterThan(10);
    for (const [name, value] of given) expect(Object.values(SECRETS), name).toContain(value);
  });

  test('.env.example names every variable, and gives no value to a secret', () => {
    const example = readFileSync('.env.example', 'utf8');
    const set = new Set([...text.matchAll(/\$\{([A-Z0-9_]+)/g)].map(([, name]) => name!));
    // Docker Compose sets the first; the second names what `obsctl up` is.
    for (const own of ['COMPOSE_PROJECT_NAME', 'OBSCTL_VERSION']) set.delete(own);
    expect([...set].filter((name) => !new RegExp(`\\b${name}\\b`).test(example))).toEqual([]);
    for (const name of Object.keys(SECRETS)) expect(example).toMatch(new RegExp(`^${name}=$`, 'm'));
  });
});

describe('without obsctl', () => {
  const example = readFileSync('.env.example', 'utf8');
  const command = /^# +(awk .*)$/m.exec(example)?.[1] ?? 'none';

  test('the documented command makes an .env with five secrets, no two the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'obsctl-env-'));
    writeFileSync(join(folder, '.env.example'), example);
    await execa('sh', ['-c', command], { cwd: folder });
    const made = parseEnv(readFileSync(join(folder, '.env'), 'utf8')) as Record<string, string>;
    rmSync(folder, { recursive: true });
    const secrets = Object.keys(SECRETS).map((name) => made[name]);
    expect(new Set(secrets).size).toBe(secrets.length);
    for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{48}$/);
    expect(Object.keys((await new ComposeFile(made).config()).services)).toContain('minio');
  });

  test('it is the same wherever it stands', () => {
    for (const file of ['README.md', 'test/compose/README.md', '.github/workflows/compose.yml'])
      expect(readFileSync(file, 'utf8'), file).toContain(command);
  });
});

test('the settings of `obsctl up` are where they are said to be', () => {
  const { env } = composePaths({ directory: '~/.local/state/obsctl/stack' });
  for (const file of ['docker-compose.yml', 'README.md', 'docs/grafana.md']) {
    const named = readFileSync(file, 'utf8').match(/~\/\.local\/state\/obsctl\/[\w/]*\benv\b/g);
    expect(new Set(named), file).toEqual(new Set([env]));
  }
});

describe('memory', () => {
  /** Heap of an api that serves everyday load, MiB. */
  const AT_WORK = 100;
  const limitOf = ({ mem_limit }: Service): number => Number(mem_limit) / MEBIBYTE;

  test('every service has a limit', () => {
    for (const [name, service] of Object.entries(services)) expect(limitOf(service), name).toBeGreaterThan(0);
  });

  test('infra/README.md has the limits as they are', () => {
    const rows = readFileSync('infra/README.md', 'utf8').matchAll(
      /^\| ([\w-]+)(?:, each)? +\|[ \d]*\|[ \d]*\| ([\d,]+) +\| \d+ % /gm,
    );
    const listed = [...rows].map(([, name, limit]) => [name, Number(limit!.replace(',', ''))]);
    expect(listed.length).toBeGreaterThan(12);
    for (const [name, limit] of listed) expect(limit, `${name}`).toBe(limitOf(services[name as string]!));
  });

  test('Go and Node keep below it, with a fifth to spare', () => {
    const own = each(({ environment = {} }) => {
      const heap = /--max-old-space-size=(\d+)/.exec(environment.NODE_OPTIONS ?? '')?.[1];
      const soft = /^(\d+)MiB$/.exec(environment.GOMEMLIMIT ?? '')?.[1];
      return heap ?? soft;
    });
    expect(own.length).toBeGreaterThan(12);
    for (const [name, mebibytes] of own)
      expect(Number(mebibytes), name).toBeLessThanOrEqual(0.8 * limitOf(services[name]!));
  });

  test('api has room for the leak of `obsctl run --fault memory-leak`, which half of its heap has to hold', () => {
    const heap = /--max-old-space-size=(\d+)/.exec(services.api!.environment!.NODE_OPTIONS!)?.[1];
    const { maxMb } = presetFor('memory-leak').parameters;
    expect(Number(heap) / 2).toBeGreaterThanOrEqual(Number(maxMb) + AT_WORK);
  });
});

describe('starting', () => {
  const has = (profile: string) => each(({ profiles }) => (profiles?.includes(profile) ? true : undefined));

  test('the profiles: all but these are there always', () => {
    const of = (profile: string) =>
      has(profile)
        .map(([name]) => name)
        .sort();
    expect(of('full')).toEqual(['grafana', 'minio', 'minio-init', 'postgres-exporter', 'redis-exporter']);
    expect(of('load')).toEqual(['k6']);
    expect(
      each(({ profiles }) => (profiles ? undefined : true))
        .map(([name]) => name)
        .sort(),
    ).toEqual([
      ...['api', 'collector', 'inventory', 'loki', 'postgres', 'prometheus', 'redis', 'tempo', 'toxiproxy'],
      ...['traefik', 'volume-init', 'worker'],
    ]);
  });

  test('a health check uses what the image is there for, never a shell or a downloader', () => {
    expect(each(({ healthcheck }) => healthcheck?.test.slice(0, 2))).toEqual([
      ['postgres', ['CMD', 'pg_isready']],
      ['redis', ['CMD', 'redis-cli']],
    ]);
  });

  test('nobody waits for the health of what has no health check, or for the end of what goes on', () => {
    for (const [name, { depends_on }] of Object.entries(services))
      for (const [on, { condition }] of Object.entries(depends_on ?? {})) {
        const allowed = {
          service_started: true,
          service_healthy: services[on]!.healthcheck !== undefined,
          service_completed_successfully: services[on]!.restart === 'no',
        }[condition];
        expect(allowed, `${name} on ${on}`).toBe(true);
      }
  });

  test('what is killed by order stays down, what dies comes back', () => {
    const own: Record<string, string> = {
      ...Object.fromEntries(['k6', 'minio-init', 'volume-init'].map((job) => [job, 'no'])),
      collector: 'on-failure',
    };
    for (const [name, { restart }] of Object.entries(services))
      expect(restart, name).toBe(own[name] ?? 'unless-stopped');
  });
});

describe('more replicas', () => {
  test('API_REPLICAS is the number that Traefik lists and that runs', async () => {
    const { services: scaled } = await new ComposeFile({ ...SECRETS, API_REPLICAS: '3' }).config();
    expect(scaled.api.deploy?.replicas ?? scaled.api.scale).toBe(3);
    expect(scaled.traefik.environment.API_REPLICAS).toBe('3');
  });
});

test('the scenarios are where the documented commands look for them', () => {
  const mount = services.k6!.volumes!.find(({ target }) => target === '/scenarios')!;
  for (const script of ['load-test.ts', 'retry-storm.ts', 'lib/request.ts'])
    expect(existsSync(`${mount.source}/${script}`), script).toBe(true);
});
