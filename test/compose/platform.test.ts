import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pollUntil } from '../../cli/shared/retry.ts';
import { eventually, prometheusSamples, tempoTrace } from '../support/ask-backends.ts';
import { telltalesIn } from '../support/telltales.ts';
import { ComposeFile } from './support/compose-file.ts';
import { anonymousVolumes, docker, everythingOf, removeProject } from './support/docker.ts';

/** The whole platform, brought up by Docker Compose alone, as somebody without obsctl would. */

const PROJECT = 'obsctl';
const JOBS = ['minio-init', 'volume-init'];
const GIGABYTE = 1e9;
const READY_TIMEOUT = 90;
const TARGETS = 'infra/compose/targets';

let file: ComposeFile;
let volumesBefore: string[];
let prometheus: string;
let tempo: string;
let loki: string;

const gateway = () => `http://127.0.0.1:${file.environment.GATEWAY_PORT}`;
const dashboard = () => `http://127.0.0.1:${file.environment.TRAEFIK_PORT}`;
const container = (service: string, index = 1) => `${PROJECT}-${service}-${index}`;

interface Inspected {
  Name: string;
  RestartCount: number;
  State: { Status: string; ExitCode: number; OOMKilled: boolean };
  HostConfig: { ReadonlyRootfs: boolean; CapAdd: string[] | null };
}

/** Every container of the project by its service's name and number. */
const inspectAll = async (): Promise<Record<string, Inspected>> => {
  const names = (await everythingOf(PROJECT)).flatMap((line) =>
    line.startsWith('container ') ? [line.slice('container '.length)] : [],
  );
  const all: Inspected[] = JSON.parse(await docker('inspect', ...names));
  return Object.fromEntries(all.map((one) => [one.Name.replace(`/${PROJECT}-`, ''), one]));
};

/** With the host's name as a browser would send it, wherever the name leads. Follows no redirect. */
const get = async (url: string, host: string): Promise<{ status: number; body: string }> => {
  const [answer] = (await once(request(url, { headers: { host }, timeout: 10_000 }).end(), 'response')) as [
    IncomingMessage,
  ];
  return { status: answer.statusCode!, body: await text(answer) };
};

/** Runs a scenario in the project's network. Returns k6's exit code and what it printed. */
const k6 = (script: string, ...options: string[]) =>
  file.run('run', '--rm', '-T', 'k6', 'run', '--no-color', ...options, `/scenarios/${script}`).then(
    (stdout) => ({ code: 0, said: stdout }),
    (error) => ({ code: error.exitCode as number, said: `${error.stdout}\n${error.stderr}` }),
  );

/** Paths of the files below a folder of a container, whether its image has a shell or not. */
const filesIn = async (name: string, folder: string): Promise<string[]> => {
  const archive = execa('docker', ['cp', `${name}:${folder}`, '-'], { stdin: 'ignore', encoding: 'buffer' });
  const { stdout } = await execa('tar', ['-t'], { input: (await archive).stdout });
  return stdout.split('\n');
};

/** Instances in the targets that are mounted where nobody says otherwise. */
const listed = (): string[] =>
  readdirSync(TARGETS)
    .flatMap((name) => JSON.parse(readFileSync(`${TARGETS}/${name}`, 'utf8')))
    .map(({ labels }) => labels.instance as string)
    .sort();

/** What does not answer as it should yet, and how. */
const notReady = async (): Promise<string[]> => {
  const shop = async () => (await get(`${gateway()}/products?limit=1`, 'server.localhost')).status;
  const asked: [string, () => Promise<number>][] = [
    ['gateway', shop],
    ...[`${prometheus}/-/ready`, `${loki}/ready`, `${tempo}/ready`].map(
      (url): [string, () => Promise<number>] => [url, async () => (await fetch(url)).status],
    ),
  ];
  const answers = await Promise.all(
    asked.map(async ([name, ask]) => `${name}: ${await ask().catch((error) => error.cause ?? error)}`),
  );
  return answers.filter((answer) => !answer.endsWith(': 200'));
};

const waitUntilReady = async (): Promise<void> => {
  let missing: string[] = [];
  const ready = await pollUntil(
    async () => {
      missing = await notReady();
      return missing.length === 0 || undefined;
    },
    { timeout: READY_TIMEOUT, every: 0.5 },
  );
  if (!ready) throw new Error([...missing, await file.run('ps', '--all')].join('\n'));
};

beforeAll(async () => {
  volumesBefore = await anonymousVolumes();
  file = await ComposeFile.full();
  await file.run('up', '--detach', '--no-build', '--pull', 'never');
  [prometheus, loki, tempo] = await Promise.all([
    file.address('prometheus', 9090),
    file.address('loki', 3100),
    file.address('tempo', 3200),
  ]);
  await waitUntilReady();
});
afterAll(async () => {
  await file?.run('--profile', '*', 'down', '--volumes').catch(() => undefined);
  await removeProject(PROJECT);
});

describe('the containers', () => {
  test('run, none was started twice, and the jobs are done', async () => {
    const all = await inspectAll();
    expect(Object.keys(all)).toHaveLength(18);
    for (const [name, { State, RestartCount }] of Object.entries(all)) {
      const isJob = JOBS.some((job) => name.startsWith(job));
      expect(State, name).toMatchObject(
        isJob ? { Status: 'exited', ExitCode: 0 } : { Status: 'running', OOMKilled: false },
      );
      expect(RestartCount, name).toBe(0);
    }
  });

  test('no process is root, and no root file system can be written', async () => {
    const running = Object.entries(await inspectAll()).filter(([, { State }]) => State.Status === 'running');
    expect(running).toHaveLength(16);
    for (const [name, { HostConfig }] of running) {
      const [, ...processes] = (await docker('top', `${PROJECT}-${name}`, '-eo', 'pid,uid')).split('\n');
      const users = processes.map((line) => line.trim().split(/\s+/)[1]);
      expect(users.length, name).toBeGreaterThan(0);
      expect(users, name).not.toContain('0');
      expect(HostConfig.ReadonlyRootfs, name).toBe(true);
    }
  });

  test('take less than 2.5 GB together when nothing happens', async () => {
    const ids = Object.keys(await inspectAll()).map((name) => `${PROJECT}-${name}`);
    const stats = await docker('stats', '--no-stream', '--format', '{{.Name}} {{.MemUsage}}', ...ids);
    const units: Record<string, number> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
    const bytes = [...stats.matchAll(/([\d.]+)([KMG]?i?B) \//g)].map(
      ([, amount, unit]) => Number(amount) * units[unit!]!,
    );
    expect(bytes).toHaveLength(ids.length);
    const sum = bytes.reduce((total, one) => total + one, 0);
    expect(sum).toBeGreaterThan(0.2 * GIGABYTE);
    expect(sum, stats).toBeLessThan(2.5 * GIGABYTE);
  });
});

describe('the gateway', () => {
  test.each(['server.localhost', 'localhost', '127.0.0.1'])('leads from %s to the api', async (host) => {
    expect(await get(`${gateway()}/products/1`, host)).toMatchObject({ status: 200 });
    expect((await get(`${gateway()}/docs/`, host)).body).toContain('swagger-ui');
  });

  test('leads from grafana.localhost to Grafana', async () => {
    expect(await get(`${gateway()}/api/health`, 'grafana.localhost')).toMatchObject({ status: 200 });
  });

  test('leads nowhere from any other name, nor to what is meant for the machinery', async () => {
    expect((await get(`${gateway()}/products/1`, 'shop.example')).status).toBe(404);
    for (const path of ['/metrics', '/readyz', '/healthz'])
      expect((await get(`${gateway()}${path}`, 'server.localhost')).status, path).toBe(404);
  });

  test('has no route to the admin API; that is on a port of each replica, and wants the token', async () => {
    expect((await get(`${gateway()}/faults`, 'server.localhost')).status).toBe(404);
    const headers = { authorization: `Bearer ${file.environment.ADMIN_TOKEN}` };
    for (const [service, index] of [
      ['api', 1],
      ['api', 2],
      ['inventory', 1],
      ['worker', 1],
    ] as const) {
      const admin = await file.address(service, 3900, index);
      expect(new URL(admin).hostname).toBe('127.0.0.1');
      expect((await fetch(`${admin}/faults`)).status).toBe(401);
      const answer = await (await fetch(`${admin}/faults`, { headers })).json();
      // The name that the replica found by itself.
      expect(answer).toEqual({ service, instance: `${service}-${index}`, faults: [] });
    }
  });

  test('knows both replicas, and asks each for its health', async () => {
    const { loadBalancer, serverStatus } = JSON.parse(
      (await get(`${dashboard()}/api/http/services/api@file`, 'localhost')).body,
    );
    expect(loadBalancer.healthCheck.path).toBe('/healthz');
    expect(serverStatus).toEqual({
      [`http://${container('api', 1)}:3000`]: 'UP',
      [`http://${container('api', 2)}:3000`]: 'UP',
    });
  });

  test('has its dashboard at the other port, for this machine only', async () => {
    expect((await get(`${dashboard()}/dashboard/`, 'localhost')).status).toBe(200);
    expect((await get(`${dashboard()}/api/overview`, 'shop.example')).status).toBe(404);
  });
});

describe('under load', () => {
  beforeAll(async () => {
    for (const script of ['load-test.ts', 'retry-storm.ts']) {
      const { code, said } = await k6(script, '-e', 'DURATION=8', '-e', 'RAMP=3');
      // 99: a threshold was missed, as it may be on a slow machine.
      expect([0, 99], said).toContain(code);
      expect(said, script).toMatch(/logical_request_duration/);
    }
  });

  test('both replicas serve, by their own metrics', async () => {
    const samples = await prometheusSamples(
      prometheus,
      'sum by (service_instance_id) (http_server_request_duration_seconds_count{service_name="api"}) > 50',
    );
    expect(samples.map(({ metric }) => metric.service_instance_id).sort()).toEqual(['api-1', 'api-2']);
  });

  test('Prometheus scrapes all there is', async () => {
    const targets = await eventually(prometheus, '/api/v1/targets', {}, ({ data }) => {
      const all = data.activeTargets as { health: string; lastError: string; labels: { instance: string } }[];
      return all.some(({ health }) => health === 'unknown') ? undefined : all;
    });
    expect(targets.filter(({ health }) => health !== 'up')).toEqual([]);
    expect(targets.map(({ labels }) => labels.instance).sort()).toEqual(listed());
  });

  test.each([
    'traefik_entrypoint_requests_total{entrypoint="web"} > 0',
    'traefik_service_server_up == 1',
    'pg_up == 1',
    'pg_stat_database_xact_commit{datname="shop"} > 0',
    'redis_up == 1',
    'redis_keyspace_hits_total > 0',
    'nodejs_eventloop_delay_p99_seconds{service_instance_id="api-2"}',
    'traces_span_metrics_calls_total{service_instance_id="api-1"}',
  ])('%s is there', async (query) => {
    expect((await prometheusSamples(prometheus, query)).length).toBeGreaterThan(0);
  });

  test('a trace leads from the gateway through every role, and tells nothing of what stands between', async () => {
    const query = '{resource.service.name="api" && name=~"POST.*"} && {resource.service.name="worker"}';
    const end = Math.floor(Date.now() / 1000) + 5;
    const found = await eventually(tempo, '/api/search', { q: query, start: end - 600, end }, ({ traces }) =>
      traces?.length > 0 ? traces : undefined,
    );
    const trace = await tempoTrace(tempo, found[0].traceID);
    const names = trace.map(({ resource }) => {
      const { value } = resource.attributes.find(({ key }: { key: string }) => key === 'service.instance.id');
      return value.stringValue;
    });
    expect([...new Set(names)].sort()).toEqual(
      expect.arrayContaining(['inventory-1', 'worker-1', expect.stringMatching(/^api-[12]$/)]),
    );
    expect(telltalesIn(trace)).toEqual([]);
  });

  test('log lines carry the trace and the replica', async () => {
    const lines = await eventually(
      loki,
      '/loki/api/v1/query_range',
      { query: '{service_name="api"} | trace_id != ""', limit: 200 },
      ({ data }) => (data.result.length > 0 ? data.result : undefined),
    );
    for (const { stream } of lines) expect(stream.service_instance_id).toMatch(/^api-[12]$/);
    expect(telltalesIn(lines)).toEqual([]);
  });

  test('Tempo and Loki keep their data in MinIO', async () => {
    expect((await fetch(`${loki}/flush`, { method: 'POST' })).ok).toBe(true);
    const holds = (bucket: string, what: RegExp) =>
      pollUntil(
        async () =>
          (await filesIn(container('minio'), `/data/${bucket}`)).some((path) => what.test(path)) || undefined,
        { timeout: 120, every: 2 },
      );
    expect(await holds('tempo', /single-tenant\/.*data\.parquet/)).toBe(true);
    expect(await holds('loki', /\/fake\//)).toBe(true);
    const local = await filesIn(container('tempo'), '/var/tempo');
    expect(local.filter((path) => /^tempo\/blocks\/.*parquet/.test(path))).toEqual([]);
  });
});

test('the end leaves no container, no network and no volume', async () => {
  await file.run('--profile', '*', 'down', '--volumes');
  expect(await everythingOf(PROJECT)).toEqual([]);
  expect(await anonymousVolumes()).toEqual(volumesBefore);
});
