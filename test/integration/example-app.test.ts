import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Fastify from 'fastify';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../../cli/stack/local/ports.ts';
import { chaos } from '../../service/fastify.ts';
import { eventually } from '../support/cli.ts';
import { telltalesIn } from '../support/telltales.ts';
import { type OtlpSink, type SunkSpan, startOtlpSink } from './service-support/otlp-sink.ts';
import { startPostgres } from './service-support/postgres.ts';

/** The example as a stranger would run it: a copy elsewhere, obsctl and its own packages found by its node_modules. */
const TOKEN = 'token-of-the-example';
const folder = mkdtempSync(join(tmpdir(), 'todo-app-'));
let sink: OtlpSink;
let app: ChildProcess;
let url: string;
let adminUrl: string;

const install = (): void => {
  cpSync('examples/foreign-fastify-app', folder, { recursive: true });
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of ['fastify', '@fastify', '@opentelemetry', 'pg'])
    symlinkSync(resolve('node_modules', name), join(modules, name));
  symlinkSync(resolve('.'), join(modules, 'obsctl'));
};

const start = (port: number, adminPort: number, more: Record<string, string> = {}): ChildProcess =>
  spawn(process.execPath, ['--import', '@opentelemetry/auto-instrumentations-node/register', 'server.js'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      ADMIN_TOKEN: TOKEN,
      OTEL_SERVICE_NAME: 'todo',
      OTEL_NODE_RESOURCE_DETECTORS: 'env',
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      OTEL_METRIC_EXPORT_TIMEOUT: '400',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_BLRP_SCHEDULE_DELAY: '100',
      ...more,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });

beforeAll(async () => {
  install();
  sink = await startOtlpSink();
  const [port, adminPort] = await freePorts(2);
  [url, adminUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${adminPort}`];
  app = start(port!, adminPort!);
  app.stderr!.resume();
  await eventually('the example answers', async () => (await get('/todos')).status === 200);
});

afterAll(async () => {
  if (app.exitCode === null) {
    app.kill('SIGTERM');
    await once(app, 'exit');
  }
  await sink.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Status and milliseconds; status 0 and the reason where no answer came. */
const get = async (path: string) => {
  const from = performance.now();
  try {
    const { status } = await fetch(`${url}${path}`);
    return { status, ms: performance.now() - from, reason: '' };
  } catch (error) {
    const { code } = (error as { cause?: { code?: string } }).cause ?? {};
    return { status: 0, ms: performance.now() - from, reason: String(code) };
  }
};

const admin = async (method: string, path: string, body?: object) => {
  const response = await fetch(`${adminUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${TOKEN}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    body: body && JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: JSON as it comes
  return { status: response.status, body: (await response.json()) as any };
};

const inject = (fault: string, more: object = {}) =>
  admin('POST', '/faults', { id: `${fault}-1`, fault, leaseSeconds: 30, ...more });
const clearAll = () => admin('DELETE', '/faults');
const on = async (): Promise<{ id: string }[]> => (await admin('GET', '/faults')).body.faults;

describe('faults in a foreign app, by its admin API', () => {
  afterEach(clearAll);

  test('a delay, on the routes it is aimed at, until it is cleared', async () => {
    expect((await inject('latency', { parameters: { ms: 400 }, target: { route: '/todos' } })).status).toBe(
      201,
    );
    expect((await get('/todos')).ms).toBeGreaterThan(390);
    expect((await get('/todos/7')).status).toBe(404);
    expect((await on())[0]).toMatchObject({ eligible: 1, hits: 1 });
    await clearAll();
    expect(await on()).toEqual([]);
  });

  test('errors, until they are cleared', async () => {
    await inject('error', { parameters: { status: 503 } });
    expect([(await get('/todos')).status, (await get('/todos/7')).status]).toEqual([503, 503]);
    await clearAll();
    expect([(await get('/todos')).status, (await get('/todos/7')).status]).toEqual([200, 404]);
  });

  test('a reset connection', async () => {
    await inject('connection-reset');
    expect(await get('/todos')).toMatchObject({ status: 0, reason: 'ECONNRESET' });
    await clearAll();
    expect((await get('/todos')).status).toBe(200);
  });

  test('a blocked event loop, with the admin API still answering', async () => {
    expect((await inject('event-loop-block', { parameters: { ms: 250 } })).status).toBe(201);
    const waited: number[] = [];
    const until = performance.now() + 1500;
    while (performance.now() < until) waited.push((await get('/todos')).ms);
    expect(Math.max(...waited)).toBeGreaterThan(100);
    expect((await on())[0]!.id).toBe('event-loop-block-1');
    expect((await admin('DELETE', '/faults/event-loop-block-1')).status).toBe(200);
  });

  test('a lease that runs out ends the fault by itself', async () => {
    await inject('error', { leaseSeconds: 1 });
    expect((await get('/todos')).status).toBe(500);
    await eventually('the lease has run out', async () => (await on()).length === 0);
    expect((await get('/todos')).status).toBe(200);
  });

  test.each([
    ['pool-exhaustion', 'no database pool'],
    ['slow-query', 'no database'],
    ['cache-stampede', 'no cache'],
    ['downstream-timeout', 'carried by inventory'],
  ])('%s is refused, with the reason: %s', async (fault, reason) => {
    const { status, body } = await inject(fault);
    expect([status, body.error.message]).toEqual([400, expect.stringContaining(reason)]);
    expect(await on()).toEqual([]);
  });

  test('no token, no answer', async () => {
    expect((await fetch(`${adminUrl}/faults`)).status).toBe(401);
  });
});

test('with the adapter it shows, a host with a pg pool carries the faults of a database', async () => {
  const { lendPg } = await import(/* @vite-ignore */ join(folder, 'lend-pg.js'));
  const postgres = await startPostgres();
  const pool = new pg.Pool({ connectionString: postgres.url, max: 2, connectionTimeoutMillis: 200 });
  pool.on('error', () => undefined);
  const host = Fastify();
  try {
    await pool.query('CREATE TABLE todos (id int)');
    const own = { service: 'todo', instance: 'todo-1', role: 'api', token: TOKEN, adminPort: null };
    await host.register(chaos, { ...own, host: lendPg(pool, ['todos']) });
    host.get('/', async () => (await pool.query('SELECT count(*) FROM todos')).rows);
    await host.ready();
    const { registry } = host.faultAdmin;
    const status = async () => (await host.inject('/')).statusCode;

    await registry.inject({ id: 'pool', fault: 'pool-exhaustion', leaseSeconds: 30 });
    expect([await status(), pool.totalCount, pool.idleCount]).toEqual([500, 2, 0]);
    await registry.clearAll();
    expect(await status()).toBe(200);

    await registry.inject({ id: 'lock', fault: 'slow-query', leaseSeconds: 30 });
    const slow = status();
    const waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%todos%'";
    await eventually('the query waits for a lock', async () => (await pool.query(waiting)).rowCount === 1);
    await registry.clearAll();
    expect(await slow).toBe(200);
  } finally {
    await host.close();
    await pool.end();
    await postgres.stop();
  }
});

describe('its stock telemetry', () => {
  const erring = (): SunkSpan[] =>
    sink.spans.filter(({ name, events }) => name === 'handler - firstTodo' && events.length > 0);
  const stackOf = ({ events }: SunkSpan): string[] =>
    String(events[0]!.attributes['exception.stacktrace']).split('\n').slice(1);
  /** Functions and files of the frames, without line and column. */
  const shapeOf = (span: SunkSpan): string[] =>
    stackOf(span).map((frame) => frame.replace(/:\d+:\d+\)$/, ')'));

  test('shows an injected error in the shape of a real one', async () => {
    expect((await get('/todos/first')).status).toBe(500);
    await eventually('the real error arrived', () => erring().length === 1);
    await inject('error', { target: { route: '/todos/first' } });
    expect((await get('/todos/first')).status).toBe(500);
    await clearAll();
    await eventually('the injected error arrived', () => erring().length === 2);
    const [real, injected] = erring() as [SunkSpan, SunkSpan];
    expect(shapeOf(injected)).toEqual(shapeOf(real));
    const { 'obsctl.fault.id': id, ...attributes } = injected.attributes;
    expect([id, attributes]).toEqual(['error-1', real.attributes]);
    const traceOf = ({ traceId }: SunkSpan) =>
      sink
        .trace(traceId)
        .map(({ name, kind, status }) => [name, kind, status.code])
        .sort();
    await eventually(
      'both traces are whole',
      () => traceOf(real).length === 3 && traceOf(injected).length === 3,
    );
    expect(traceOf(injected)).toEqual(traceOf(real));
  });

  test('betrays nothing of all this in spans, logs and metrics', async () => {
    const last = sink.raw.length;
    await eventually('metrics of all came', () =>
      sink.raw.slice(last).some((text) => text.includes('resourceMetrics')),
    );
    const names = new Set(sink.spans.map(({ name }) => name));
    for (const name of ['GET /todos', 'handler - listTodos', 'request']) expect(names).toContain(name);
    expect(sink.logs.length).toBeGreaterThan(0);
    const marks = sink.raw.map((text) =>
      text.replaceAll(/\{"key":"obsctl\.fault\.id","value":\{[^}]*\}\}/g, '""'),
    );
    expect(marks.join()).not.toBe(sink.raw.join());
    expect(telltalesIn(marks.map((text) => JSON.parse(text)))).toEqual([]);
    const excerpts = (pattern: RegExp) => marks.flatMap((text) => text.match(pattern) ?? []);
    expect(excerpts(new RegExp(`.{0,40}\\b${new URL(adminUrl).port}\\b.{0,20}`, 'g'))).toEqual([]);
    expect(excerpts(/.{0,40}\/(dist|chunk-)\b.{0,20}/g)).toEqual([]);
  });
});

test('under NODE_ENV=production it does not start with the plugin', async () => {
  const ports = await freePorts(2);
  const child = start(ports[0]!, ports[1]!, { NODE_ENV: 'production', OTEL_SDK_DISABLED: 'true' });
  let said = '';
  child.stderr!.on('data', (chunk) => (said += chunk));
  const [code] = await once(child, 'exit');
  expect([code, said]).toEqual([1, expect.stringContaining('NODE_ENV=production')]);
});
