import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SunkSpan } from './service-support/otlp-sink.ts';
import { eventually, order, type Platform, request, startPlatform } from './service-support/platform.ts';
import { startProcess } from './service-support/process.ts';

const KIND = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 };
const SHOP = ['api', 'inventory', 'worker'];

describe('the service', () => {
  let platform: Platform;
  const sent = new Set<string>();

  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());

  const placed = async (productId?: number) => {
    const answer = await order(platform.api, productId);
    sent.add(answer.traceId);
    expect(answer.status).toBe(201);
    return { ...answer, id: JSON.parse(answer.text).id as string };
  };
  const asked = async (path: string, init?: RequestInit) => {
    const answer = await request(`${platform.api.url}${path}`, init);
    sent.add(answer.traceId);
    return answer;
  };
  const traceWith = (traceId: string, ...names: string[]): Promise<SunkSpan[]> =>
    eventually(`${names.join(', ')} in trace ${traceId}`, () => {
      const spans = platform.sink.trace(traceId);
      return names.every((name) => spans.some((span) => span.name === name)) ? spans : undefined;
    });
  const metrics = async (role: 'api' | 'inventory' | 'worker') =>
    (await fetch(`${platform[role].url}/metrics`)).text();

  it('leaves one connected trace of an order, from the caller to the worker', async () => {
    const { traceId, spanId } = await placed(7);
    const spans = await traceWith(traceId, 'POST /orders', 'POST /reservations', 'process orders');
    const ids = new Set(spans.map((span) => span.spanId));
    expect(spans.filter((span) => !ids.has(span.parentSpanId ?? ''))).toMatchObject([
      { name: 'POST /orders', kind: KIND.server, parentSpanId: spanId },
    ]);

    const one = (service: string, name: string) => {
      const found = spans.filter((span) => span.resource['service.name'] === service && span.name === name);
      expect(found, `${service}: ${name}`).toHaveLength(1);
      return found[0]!;
    };
    const parentOf = (span: SunkSpan) => spans.find((other) => other.spanId === span.parentSpanId);
    const handler = one('api', 'handler - placeOrder');
    expect(parentOf(handler)?.name).toBe('POST /orders');
    const call = one('api', 'POST');
    expect([call.kind, parentOf(call)]).toEqual([KIND.client, handler]);
    expect([
      one('inventory', 'POST /reservations').kind,
      parentOf(one('inventory', 'POST /reservations')),
    ]).toEqual([KIND.server, call]);
    const producer = one('api', 'send orders');
    expect([producer.kind, parentOf(producer)]).toEqual([KIND.producer, handler]);
    const consumer = one('worker', 'process orders');
    expect([consumer.kind, parentOf(consumer)]).toEqual([KIND.consumer, producer]);
    const queries = spans.filter((span) => span.attributes['db.system.name'] === 'postgresql');
    expect(new Set(queries.map((span) => span.resource['service.name']))).toEqual(new Set(SHOP));
    expect(
      spans.filter((span) => span.attributes['db.system.name'] === 'in-process').map(({ name }) => name),
    ).toEqual(['get', 'set']);
  });

  it('names service, namespace, instance and version, and the route', async () => {
    const { traceId } = await asked('/products/3');
    const [server] = (await traceWith(traceId, 'GET /products/:id')).filter(
      ({ kind }) => kind === KIND.server,
    );
    expect(server?.resource).toMatchObject({
      'service.name': 'api',
      'service.namespace': 'shop',
      'service.instance.id': 'api-1',
      'service.version': '0.0.0-test',
    });
    expect(server?.attributes).toMatchObject({
      'http.route': '/products/:id',
      'http.response.status_code': 200,
    });
  });

  it('fulfils the order', async () => {
    const { id } = await placed();
    const status = async () => JSON.parse((await asked(`/orders/${id}`)).text).status as string;
    await eventually('a fulfilled order', async () => ((await status()) === 'fulfilled' ? true : undefined));
    expect(await metrics('worker')).toMatch(
      /job_duration_seconds_count\{queue="orders",outcome="success"\} [1-9]/,
    );
    expect(await metrics('worker')).toMatch(/queue_depth\{queue="orders"\} \d+/);
  });

  it('reads products through the cache', async () => {
    const first = await asked('/products/11');
    const second = await asked('/products/11');
    expect(second.text).toBe(first.text);
    const names = async (traceId: string) =>
      (await traceWith(traceId, 'GET /products/:id'))
        .filter(({ kind }) => kind === KIND.client)
        .map(({ name }) => name);
    expect(await names(first.traceId)).toEqual(
      expect.arrayContaining(['get', 'pg.query:SELECT postgres', 'set']),
    );
    expect(await names(second.traceId)).toEqual(['get']);
    expect(await metrics('api')).toMatch(/cache_requests_total\{result="hit",backend="in-process"\} [1-9]/);
  });

  it('runs a heavy task in the trace of its request', async () => {
    const { traceId, status } = await asked('/simulate/heavy-task?ms=50', { method: 'POST' });
    expect(status).toBe(202);
    const spans = await traceWith(traceId, 'process heavy-task');
    const consumer = spans.find(({ name }) => name === 'process heavy-task');
    expect(consumer?.parentSpanId).toBe(spans.find(({ name }) => name === 'send heavy-task')?.spanId);
  });

  it('writes the trace id into every line of a request, on stdout and by OTLP', async () => {
    const { traceId } = await asked('/simulate/error?probability=1');
    const logs = await eventually('the log of a failure', () => {
      const found = platform.sink.logs.filter((log) => log.traceId === traceId);
      return found.length >= 2 ? found : undefined;
    });
    expect(logs.map(({ severity, body }) => [severity, body])).toEqual([
      ['error', 'simulated failure'],
      ['info', 'request completed'],
    ]);
    expect(logs[0]).toMatchObject({
      resource: { 'service.name': 'api', 'service.instance.id': 'api-1' },
      attributes: { 'exception.type': 'Error' },
    });
    const lines = platform.api.lines
      .map((line) => JSON.parse(line))
      .filter((line) => line.trace_id === traceId);
    expect(lines.map(({ msg }) => msg)).toEqual(['simulated failure', 'request completed']);
    const [server] = platform.sink.trace(traceId).filter(({ kind }) => kind === KIND.server);
    expect(lines.every((line) => line.span_id === server?.spanId)).toBe(true);
  });

  it('names in its exemplars server spans that are there', async () => {
    await asked('/simulate/error?probability=1');
    const exemplars = [...(await metrics('api')).matchAll(/# \{trace_id="(\w+)",span_id="(\w+)"\}/g)];
    expect(exemplars.length).toBeGreaterThan(1);
    for (const [, traceId, spanId] of exemplars) {
      const span = await eventually(`exemplar ${traceId}`, () =>
        platform.sink.trace(traceId!).find((candidate) => candidate.spanId === spanId),
      );
      expect(span.kind).toBe(KIND.server);
    }
  });

  it('shows the pool, the slots and the runtime', async () => {
    const api = await metrics('api');
    for (const name of [
      'db_client_connection_count{state="used"}',
      'db_client_connection_count{state="idle"}',
      'db_client_connection_pending_requests',
      'db_client_connection_max',
      'nodejs_eventloop_lag_p99_seconds',
      'nodejs_heap_size_used_bytes',
      'process_cpu_seconds_total',
      'process_start_time_seconds',
    ]) {
      expect(
        api.split('\n').some((line) => line.startsWith(`${name} `)),
        name,
      ).toBe(true);
    }
    expect(await metrics('inventory')).toMatch(/capacity_slots_max 8\n/);
  });

  it('makes no span but for requests: polling, scrapes and admin calls leave none', async () => {
    await fetch(`${platform.api.adminUrl}/faults`);
    await placed();
    // Longer than the poll interval and the export delay together.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(platform.sink.spans.filter(({ traceId }) => !sent.has(traceId)).map(({ name }) => name)).toEqual(
      [],
    );
  });

  it('finishes what is in hand on SIGTERM, sends its telemetry, and ends with 0', async () => {
    const extra = await platform.start('api', {
      SERVICE_INSTANCE_ID: 'api-9',
      INVENTORY_URL: platform.inventory.url,
      LAB_PROFILE: '1',
    });
    const inHand = request(`${extra.url}/simulate/latency?max=600`);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const { code } = await extra.stop();
    const { status, traceId } = await inHand;
    sent.add(traceId);
    expect([code, status]).toEqual([0, 200]);
    await traceWith(traceId, 'GET /simulate/latency');
  });

  it('ends when its parent is gone', async () => {
    const orphan = await platform.start('worker', { SERVICE_INSTANCE_ID: 'worker-9' });
    const exit = new Promise((resolve) => orphan.child.once('exit', resolve));
    orphan.child.disconnect();
    expect(await exit).toBe(0);
  });

  it('says why it cannot start', async () => {
    const start = (environment: Record<string, string>) =>
      startProcess(platform.built, { SERVICE_ROLE: 'worker', SERVICE_INSTANCE_ID: 'w', ...environment });
    await expect(start({ DATABASE_URL: 'nonsense', PORT: '-1' })).rejects.toThrow(/PORT[\s\S]*DATABASE_URL/);
    await expect(start({ DATABASE_URL: 'postgres://u:p@127.0.0.1:1/none' })).rejects.toThrow(/ECONNREFUSED/);
    const production = { DATABASE_URL: platform.postgres.url, NODE_ENV: 'production' };
    await expect(start(production)).rejects.toThrow(/refused under NODE_ENV=production/);
  });
});
