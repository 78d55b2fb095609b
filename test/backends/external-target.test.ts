import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePorts } from '../../cli/stack/local/ports.ts';
import type { StackStatus } from '../../cli/stack/stack.ts';
import type { RunRecord } from '../../reports/record/record.ts';
import { eventually, User } from '../support/cli.ts';
import { Guarded } from './support/guarded.ts';

/** The example app of a stranger, its telemetry in real back ends that want a token, and nothing else of ours. */
const ADMIN_TOKEN = 'admin-4711';
const LOKI_TOKEN = 'loki-0815';
const user = new User();
const folder = join(user.home, 'app');
let app: ChildProcess;
let loki: Guarded;
let variables: Record<string, string>;
let settings: string[];

const install = (): void => {
  cpSync('examples/foreign-fastify-app', folder, { recursive: true });
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of ['fastify', '@fastify', '@opentelemetry'])
    symlinkSync(resolve('node_modules', name), join(modules, name));
  symlinkSync(resolve('.'), join(modules, 'obsctl'));
};

const start = (port: number, adminPort: number, otlpUrl: string): ChildProcess =>
  spawn(process.execPath, ['--import', '@opentelemetry/auto-instrumentations-node/register', 'server.js'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      ADMIN_TOKEN,
      OTEL_SERVICE_NAME: 'todo',
      OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=todo-1',
      OTEL_NODE_RESOURCE_DETECTORS: 'env',
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'none',
      // Metrics made of spans bear the time at which a batch of these arrived.
      OTEL_BSP_SCHEDULE_DELAY: '1000',
    },
    stdio: 'ignore',
  });

const run = (more: string[] = [], environment = variables) =>
  user.run(['run', 'app/experiment.yaml', '--out', user.runs, ...settings, ...more], environment);

const faultsOn = async (adminUrl: string): Promise<unknown[]> => {
  const response = await fetch(`${adminUrl}/faults`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  return ((await response.json()) as { faults: unknown[] }).faults;
};
let adminUrl: string;

beforeAll(async () => {
  install();
  await user.run(['up', '--telemetry', 'grafana']);
  const { endpoints } = await user.json<StackStatus>(['status']);
  const { prometheus, loki: ownLoki, tempo } = endpoints!.backends!;
  loki = await Guarded.before(ownLoki, `Bearer ${LOKI_TOKEN}`);
  const [port, adminPort] = await freePorts(2);
  adminUrl = `http://127.0.0.1:${adminPort}`;
  const baseUrl = `http://127.0.0.1:${port}`;
  app = start(port!, adminPort!, endpoints!.otlpUrl!);
  await eventually('the app answers', async () => (await fetch(`${baseUrl}/todos`).catch(() => null))?.ok);
  variables = {
    ADMIN_TOKEN,
    OBSCTL_LOKI_TOKEN: LOKI_TOKEN,
    OBSCTL_PROMETHEUS_URL: prometheus,
    OBSCTL_TEMPO_URL: tempo,
    OBSCTL_LOKI_URL: loki.url,
  };
  const phases = ['warmUp=2s', 'steady=15s', 'fault=10s', 'recovery=12s'].map((one) => `phases.${one}`);
  const asked = [`target.baseUrl=${baseUrl}`, `target.replicas.0.adminUrl=${adminUrl}`, ...phases];
  settings = asked.flatMap((one) => ['--set', one]);
}, 180_000);

afterAll(async () => {
  if (app && app.exitCode === null) {
    app.kill('SIGTERM');
    await once(app, 'exit');
  }
  loki?.close();
  await user.leave();
}, 120_000);

test('nothing is touched where it is not as the file says', async () => {
  const wrong = await run([], { ...variables, ADMIN_TOKEN: 'guess', OBSCTL_LOKI_TOKEN: 'guess' });
  expect([wrong.code, wrong.stderr]).toEqual([9, expect.stringMatching(/TARGET_UNUSABLE/)]);
  expect(wrong.stderr).toMatch(/the admin API of todo-1 .*: its token is not the right one/);
  expect(wrong.stderr).toMatch(/its telemetry: loki: /);
  const stackFault = await run(['--set', 'faults=[{ fault: replica-pause }]']);
  expect([stackFault.code, stackFault.stderr]).toEqual([
    2,
    expect.stringMatching(/is done by the stack that/),
  ]);
  const remote = await run(['--set', 'target.baseUrl=http://192.0.2.1']);
  expect([remote.code, remote.stderr]).toEqual([2, expect.stringMatching(/say --remote 192\.0\.2\.1/)]);
});

test('a fault that somebody else has on there is left on, and nothing is run', async () => {
  const theirs = { id: 'theirs', fault: 'latency', parameters: { ms: 1 }, leaseSeconds: 60 };
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const json = { ...headers, 'content-type': 'application/json' };
  await fetch(`${adminUrl}/faults`, { method: 'POST', headers: json, body: JSON.stringify(theirs) });
  const { code, stderr } = await run();
  expect([code, stderr]).toEqual([2, expect.stringMatching(/todo-1: latency \(theirs\)/)]);
  expect(await faultsOn(adminUrl)).toMatchObject([{ id: 'theirs' }]);
  await fetch(`${adminUrl}/faults`, { method: 'DELETE', headers });
});

test('an app that obsctl did not start is driven, broken, seen through and left as it was', async () => {
  const preview = await run(['--dry-run']);
  expect([preview.code, preview.stdout]).toEqual([0, expect.stringMatching(/latency on todo-1 for 10 s/)]);
  const { code, stdout, stderr } = await run(['--json']);
  // On a busy machine spans may come too late for the recovery to be seen in time: what was done is what counts here.
  expect([0, 3, 6], stderr).toContain(code);
  const text = readFileSync(JSON.parse(stdout).record, 'utf8');
  const record = JSON.parse(text) as RunRecord;
  expect(record).toMatchObject({
    entryService: 'todo',
    environment: { stack: expect.stringMatching(/^external, http/), telemetry: 'grafana' },
    experiment: { scenario: expect.stringMatching(/^load\.js@/), stack: { service: 'todo' } },
    execution: { status: 'completed', restored: true },
    verdict: { exitCode: code },
  });
  expect(record.faults[0]).toMatchObject({ endedBy: 'clear', label: { service: 'todo', kind: 'latency' } });
  expect(record.faults[0]!.carriers[0]!.hits).toBeGreaterThan(10);
  expect(record.findings!.attribution.suspects[0]).toMatchObject({ service: 'todo', kind: 'latency' });
  expect(record.hypothesis.map(({ held }) => held)).toEqual([true, true, true, true]);
  expect(text + stdout + stderr).not.toMatch(/admin-4711|loki-0815/);
  expect(await faultsOn(adminUrl)).toEqual([]);
  expect(app.exitCode).toBeNull();
});
