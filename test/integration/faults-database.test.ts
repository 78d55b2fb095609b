import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SunkSpan } from './service-support/otlp-sink.ts';
import {
  clear,
  eventually,
  inject,
  listFaults,
  order,
  type Platform,
  request,
  startPlatform,
} from './service-support/platform.ts';
import type { ServiceProcess } from './service-support/process.ts';

const ERROR = 2;
const CONNECTIONS = 4;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const seconds = ({ start, end }: SunkSpan): number => end - start;

/** Trace contexts that are the same in every run, so that the victims of a seed are, too. */
const traceparents = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `00-${(n + 1).toString(16).padStart(32, '5')}-00000000000000aa-01`);

/** Four standard deviations of a binomial share, at both sides: missed by chance once in 16,000 times. */
const expectShare = (hits: number, of: number, rate: number): void => {
  const spread = 4 * Math.sqrt(rate * (1 - rate) * of);
  expect(hits).toBeGreaterThan(rate * of - spread);
  expect(hits).toBeLessThan(rate * of + spread);
};

describe('a fault at the edges of the service shows as the matrix says, and is gone afterwards:', () => {
  let platform: Platform;
  let database: pg.Client;
  beforeAll(async () => {
    platform = await startPlatform({ api: { DB_POOL_MAX: String(CONNECTIONS) } });
    database = new pg.Client({ connectionString: platform.postgres.url, application_name: 'test' });
    await database.connect();
  });
  afterAll(async () => {
    await database?.end();
    await platform?.stop();
  });

  /** Not cached by any test before: its own product each time. */
  let products = 10;
  const uncached = () => `${platform.api.url}/products/${products++}`;
  const metrics = async (replica: ServiceProcess): Promise<string> =>
    (await fetch(`${replica.url}/metrics`)).text();
  const sample = async (replica: ServiceProcess, pattern: RegExp): Promise<number> =>
    (await metrics(replica))
      .split('\n')
      .filter((line) => pattern.test(line))
      .reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);
  const span = (traceId: string, name: string | RegExp, service = 'api') =>
    eventually(`${name} of ${traceId}`, () =>
      platform.sink
        .trace(traceId)
        .find(
          (found) =>
            (typeof name === 'string' ? found.name === name : name.test(found.name)) &&
            found.resource['service.name'] === service,
        ),
    );
  const logOf = (traceId: string, body: string, service = 'api') =>
    eventually(`"${body}" of ${traceId}`, () =>
      platform.sink.logs.find(
        (log) => log.traceId === traceId && log.body === body && log.resource['service.name'] === service,
      ),
    );
  const none = (replica: ServiceProcess) =>
    eventually('the end of every fault', async () => (await listFaults(replica)).length === 0 || undefined);
  const tableLocks = async (): Promise<number> =>
    (
      await database.query(
        `select pid from pg_locks where mode = 'AccessExclusiveLock' and relation = 'orders'::regclass`,
      )
    ).rows.length;
  const noLock = () => eventually('the end of the lock', async () => (await tableLocks()) === 0 || undefined);

  describe('pool-exhaustion', () => {
    const used = () => sample(platform.api, /^db_client_connection_count\{state="used"\}/);
    const idle = () => eventually('free connections', async () => (await used()) === 0 || undefined);

    it('leaves no connection: requests fail while they acquire one, and the database has nothing to do', async () => {
      await idle();
      const waited = () => sample(platform.api, /^db_client_connection_wait_time_seconds_sum/);
      const before = await waited();
      const id = await inject(platform.api, { fault: 'pool-exhaustion' });
      await eventually('a pool without connections', async () => (await used()) === CONNECTIONS || undefined);
      const asked = request(uncached());
      await eventually(
        'a request that waits',
        async () => (await sample(platform.api, /^db_client_connection_pending_requests /)) >= 1 || undefined,
      );
      const active = await database.query(
        `select 1 from pg_stat_activity where application_name = 'shop-api' and state <> 'idle'`,
      );
      expect(active.rows).toEqual([]);
      const { traceId, status } = await asked;
      expect(status).toBe(503);
      const acquire = await span(traceId, 'pg-pool.connect');
      expect(acquire.status.code).toBe(ERROR);
      expect(seconds(acquire)).toBeGreaterThan(1.9);
      await logOf(traceId, 'no database connection acquired');
      await logOf(traceId, 'timeout exceeded when trying to connect');
      expect(platform.sink.trace(traceId).filter(({ name }) => name.startsWith('pg.query'))).toEqual([]);
      expect(await waited()).toBeGreaterThan(before + 1.9);
      const ready = await fetch(`${platform.api.url}/readyz`);
      expect([ready.status, await ready.json()]).toMatchObject([503, { error: { code: 'not_ready' } }]);
      expect(await clear(platform.api, id)).toMatchObject({ eligible: CONNECTIONS, hits: CONNECTIONS });
      await idle();
      expect((await request(uncached())).status).toBe(200);
      expect((await fetch(`${platform.api.url}/readyz`)).status).toBe(200);
    });

    it('makes acquiring long while the query is as quick as ever', async () => {
      await idle();
      const id = await inject(platform.api, { fault: 'pool-exhaustion' });
      const asked = request(uncached());
      await eventually(
        'a request that waits',
        async () => (await sample(platform.api, /^db_client_connection_pending_requests /)) >= 1 || undefined,
      );
      await pause(700);
      await clear(platform.api, id);
      const { traceId, status } = await asked;
      expect(status).toBe(200);
      const acquire = await span(traceId, 'pg-pool.connect');
      const query = await span(traceId, /^pg\.query/);
      expect(seconds(acquire)).toBeGreaterThan(0.65);
      expect(seconds(query)).toBeLessThan(seconds(acquire) / 2);
      await logOf(traceId, 'slow to acquire a database connection');
    });

    it('takes no more than it is told, refuses more than there is, and is exclusive', async () => {
      await idle();
      const wrong = { fault: 'pool-exhaustion', parameters: { connections: CONNECTIONS + 1 } };
      await expect(inject(platform.api, wrong)).rejects.toThrow(/400.*at most 4 here, not 5/);
      const id = await inject(platform.api, { fault: 'pool-exhaustion', target: { rate: 0.5 } });
      await eventually('half a pool', async () => (await used()) === CONNECTIONS / 2 || undefined);
      await expect(inject(platform.api, { fault: 'pool-exhaustion' })).rejects.toThrow('409');
      expect((await request(uncached())).status).toBe(200);
      await clear(platform.api, id);
      await idle();
    });

    it('gives back what it waits for when it ends before that came', async () => {
      await idle();
      const held = await inject(platform.api, { fault: 'slow-query', parameters: { ms: 3_000 } });
      const orders = Array.from({ length: CONNECTIONS }, () => order(platform.api));
      await eventually('a full pool', async () => (await used()) === CONNECTIONS || undefined);
      const id = await inject(platform.api, { fault: 'pool-exhaustion' });
      const { eligible, hits } = await clear(platform.api, id);
      expect(eligible).toBe(CONNECTIONS);
      expect(hits).toBeLessThan(CONNECTIONS);
      await clear(platform.api, held);
      await Promise.all(orders);
      await idle();
      expect((await order(platform.api)).status).toBe(201);
    });

    it('ends with its lease, whoever is there', async () => {
      await inject(platform.api, { fault: 'pool-exhaustion', leaseSeconds: 1 });
      await none(platform.api);
      await idle();
      expect((await request(uncached())).status).toBe(200);
    });
  });

  describe('slow-query', () => {
    const lockWaits = () => sample(platform.worker, /^postgresql_sessions_lock_waiting /);

    it('makes statements wait for a real lock', async () => {
      const slow = () =>
        sample(platform.api, /^db_client_operation_duration_seconds_sum\{db_operation_name="insert"\}/);
      const before = await slow();
      const id = await inject(platform.api, { fault: 'slow-query', parameters: { ms: 3_000 } });
      expect(await tableLocks()).toBe(1);
      const waits = eventually('a session that waits', async () => (await lockWaits()) > 0 || undefined);
      const { traceId, insert } = await eventually('an order that waited', async () => {
        const placed = await order(platform.api);
        expect(placed.status).toBe(201);
        const found = await span(placed.traceId, /^pg\.query:INSERT/);
        return seconds(found) > 0.5 ? { ...placed, insert: found } : undefined;
      });
      await waits;
      expect(seconds(await span(traceId, 'pg-pool.connect'))).toBeLessThan(seconds(insert));
      const log = await logOf(traceId, 'slow query');
      expect(log.attributes).toMatchObject({ operation: 'insert' });
      expect(await slow()).toBeGreaterThan(before + 0.5);
      const { hits, eligible } = await clear(platform.api, id);
      expect(hits).toBeGreaterThan(500);
      expect(eligible).toBeGreaterThan(500);
      expect(await tableLocks()).toBe(0);
      await eventually('no session that waits', async () => (await lockWaits()) === 0 || undefined);
      expect((await order(platform.api)).status).toBe(201);
    });

    it('lets go in the middle of its hold when it is cleared', async () => {
      const id = await inject(platform.api, { fault: 'slow-query', parameters: { ms: 3_000 } });
      const placed = order(platform.api);
      await eventually('a session that waits', async () => (await lockWaits()) > 0 || undefined);
      await clear(platform.api, id);
      expect(await tableLocks()).toBe(0);
      expect((await placed).status).toBe(201);
    });

    it('empties the pool after a while, and the replica calls itself not ready', async () => {
      const id = await inject(platform.api, { fault: 'slow-query', parameters: { ms: 3_000 } });
      await eventually('a replica that is not ready', async () => {
        const orders = Array.from({ length: 3 * CONNECTIONS }, () => order(platform.api));
        await eventually(
          'an empty pool',
          async () =>
            (await sample(platform.api, /^db_client_connection_pending_requests /)) > 0 || undefined,
        );
        const [ready, depth] = await Promise.all([
          fetch(`${platform.api.url}/readyz`),
          sample(platform.worker, /^queue_depth\{queue="orders"\} /),
        ]);
        await Promise.all(orders);
        return (ready.status === 503 && depth >= 0) || undefined;
      });
      await clear(platform.api, id);
    });

    it('is ended by PostgreSQL itself when its process stands still, and goes on after that', async () => {
      const id = await inject(platform.api, {
        fault: 'slow-query',
        parameters: { ms: 200 },
        target: { rate: 0.9 },
      });
      platform.api.child.kill('SIGSTOP');
      try {
        await noLock();
        await pause(1_000);
        expect(await tableLocks()).toBe(0);
      } finally {
        platform.api.child.kill('SIGCONT');
      }
      await eventually('a lock', async () => (await tableLocks()) > 0 || undefined);
      await clear(platform.api, id);
      expect(await tableLocks()).toBe(0);
    });

    it('ends with its lease, whoever is there', async () => {
      await inject(platform.api, { fault: 'slow-query', leaseSeconds: 2, parameters: { ms: 3_000 } });
      expect(await tableLocks()).toBe(1);
      await none(platform.api);
      await noLock();
      expect((await order(platform.api)).status).toBe(201);
    });

    it('is gone when its process is killed, and has the turns of one replica at a time', async () => {
      const second = await platform.start('api', {
        SERVICE_INSTANCE_ID: 'api-2',
        INVENTORY_URL: platform.inventory.url,
      });
      const slow = { fault: 'slow-query', parameters: { ms: 500 } };
      await inject(second, { ...slow, parameters: { ms: 3_000 } });
      const id = await inject(platform.api, slow);
      expect(await tableLocks()).toBe(1);
      expect(await clear(platform.api, id)).toMatchObject({ eligible: 0, hits: 0 });
      second.child.kill('SIGKILL');
      await noLock();
      expect((await order(platform.api)).status).toBe(201);
    });
  });

  describe('downstream-error', () => {
    const reserve = async (traceparent: string): Promise<number> => {
      const response = await fetch(`${platform.inventory.url}/reservations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', traceparent },
        body: JSON.stringify({ orderId: crypto.randomUUID(), productId: 1, quantity: 1 }),
      });
      await response.arrayBuffer();
      return response.status;
    };

    it('fails at inventory, and the order with it', async () => {
      const failed = () =>
        sample(platform.inventory, /^http_server_request_errors_total\{.*"\/reservations".*"500"\}/);
      const before = await failed();
      const id = await inject(platform.inventory, { fault: 'downstream-error' });
      const { traceId, status } = await order(platform.api);
      expect(status).toBe(502);
      expect(await failed()).toBe(before + 3);
      const origin = await span(traceId, 'handler - reserveStock', 'inventory');
      expect(origin).toMatchObject({
        status: { code: ERROR },
        events: [{ name: 'exception', attributes: { 'exception.type': 'TypeError' } }],
      });
      expect(origin.attributes['obsctl.fault.id']).toBe(id);
      expect(String(origin.events[0]?.attributes['exception.stacktrace'])).toMatch(
        /routes\/reservations\.ts/,
      );
      const below = platform.sink.trace(traceId).filter(({ parentSpanId }) => parentSpanId === origin.spanId);
      expect(below).toEqual([]);
      expect(await span(traceId, 'handler - placeOrder')).toMatchObject({ status: { code: ERROR } });
      await logOf(traceId, "Cannot read properties of undefined (reading 'available')", 'inventory');
      await logOf(traceId, 'inventory call failed');
      expect(await clear(platform.inventory, id)).toMatchObject({ eligible: 3, hits: 3 });
      expect((await order(platform.api)).status).toBe(201);
    });

    it('hits the share of requests that it is told, the same ones for the same seed', async () => {
      const keys = traceparents(200);
      const victims = async (seed: number) => {
        const target = { rate: 0.3, seed, route: '/reservations' };
        const id = await inject(platform.inventory, {
          fault: 'downstream-error',
          parameters: { status: 503 },
          target,
        });
        const statuses = await Promise.all(keys.map(reserve));
        const state = await clear(platform.inventory, id);
        const failed = keys.filter((_, n) => statuses[n] === 503);
        expect(state).toMatchObject({ eligible: keys.length, hits: failed.length });
        expect(statuses.filter((status) => status !== 503 && status !== 201)).toEqual([]);
        return failed;
      };
      const first = await victims(7);
      expectShare(first.length, keys.length, 0.3);
      expect(await victims(7)).toEqual(first);
      expect(await victims(8)).not.toEqual(first);
    });

    it('ends with its lease, whoever is there', async () => {
      await inject(platform.inventory, { fault: 'downstream-error', leaseSeconds: 0.4 });
      await none(platform.inventory);
      expect((await order(platform.api)).status).toBe(201);
    });
  });

  describe('connection-reset', () => {
    /** The client's own error code, where it has no answer. */
    const asked = (url: string, init: RequestInit = {}) =>
      fetch(url, init).then(
        async (response) => {
          await response.arrayBuffer();
          return String(response.status);
        },
        (error: Error & { cause?: { code?: string } }) => String(error.cause?.code ?? error.message),
      );
    const place = (traceparent: string) =>
      asked(`${platform.api.url}/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', traceparent },
        body: JSON.stringify({ productId: 1, quantity: 1 }),
      });
    const aborted = (route: string) =>
      sample(platform.api, new RegExp(`^http_server_request_errors_total\\{.*"${route}".*"499"\\}`));
    const traced = (n: number) => traceparents(300 + n)[299 + n]!;
    const traceOf = (traceparent: string) => traceparent.split('-')[1]!;

    it('resets the connection while the handler works on', async () => {
      const failedBefore = await sample(platform.api, /^http_server_request_errors_total\{.*"5\d\d"\}/);
      const before = await aborted('/orders');
      const id = await inject(platform.api, { fault: 'connection-reset' });
      const traceparent = traced(1);
      expect(await place(traceparent)).toBe('ECONNRESET');
      await eventually(
        'an aborted request',
        async () => (await aborted('/orders')) === before + 1 || undefined,
      );
      const server = await span(traceOf(traceparent), 'POST /orders');
      expect(server.attributes['http.response.status_code']).toBe(499);
      expect(server.status.code ?? 0).not.toBe(ERROR);
      expect(server.events.map(({ name }) => name)).toEqual(['client disconnected']);
      await span(traceOf(traceparent), /^pg\.query:COMMIT/);
      await span(traceOf(traceparent), 'process orders', 'worker');
      await logOf(traceOf(traceparent), 'request aborted by the client');
      expect(await sample(platform.api, /^http_server_request_errors_total\{.*"5\d\d"\}/)).toBe(failedBefore);
      expect(await clear(platform.api, id)).toMatchObject({ eligible: 1, hits: 1 });
      expect((await order(platform.api)).status).toBe(201);
    });

    it('resets in the middle of the work if it is told to', async () => {
      // Inventory holds a reservation for 50 ms at least.
      const id = await inject(platform.api, { fault: 'connection-reset', parameters: { afterMs: 25 } });
      expect(await place(traced(2))).toBe('ECONNRESET');
      await span(traceOf(traced(2)), /^pg\.query:COMMIT/);
      const server = await span(traceOf(traced(2)), 'POST /orders');
      const event = server.events.find(({ name }) => name === 'client disconnected');
      expect(event).toBeDefined();
      expect(seconds(server)).toBeGreaterThan(0.05);
      await clear(platform.api, id);
    });

    it('hits the share of requests that it is told, the same ones for the same seed', async () => {
      const keys = traceparents(200);
      const victims = async (seed: number) => {
        const before = await aborted('/products/:id');
        const id = await inject(platform.api, { fault: 'connection-reset', target: { rate: 0.3, seed } });
        const answers = await Promise.all(
          keys.map((traceparent) => asked(`${platform.api.url}/products/1`, { headers: { traceparent } })),
        );
        const hit = keys.filter((_, n) => answers[n] === 'ECONNRESET');
        expect(answers.filter((answer) => answer !== 'ECONNRESET' && answer !== '200')).toEqual([]);
        expect(await clear(platform.api, id)).toMatchObject({ eligible: keys.length, hits: hit.length });
        await eventually(
          'every aborted request',
          async () => (await aborted('/products/:id')) === before + hit.length || undefined,
        );
        return hit;
      };
      const first = await victims(7);
      expectShare(first.length, keys.length, 0.3);
      expect(await victims(7)).toEqual(first);
      expect(await victims(8)).not.toEqual(first);
    });

    it('ends with its lease, whoever is there', async () => {
      await inject(platform.api, { fault: 'connection-reset', leaseSeconds: 0.4 });
      await none(platform.api);
      expect((await order(platform.api)).status).toBe(201);
    });
  });

  it('a database that hangs holds up neither scrapes nor the answer that the replica is not ready', async () => {
    const { rows } = await database.query<{ pid: number }>(
      `select pid from pg_stat_activity where application_name like 'shop-%'`,
    );
    for (const { pid } of rows) process.kill(pid, 'SIGSTOP');
    try {
      const get = (url: string) => fetch(url, { signal: AbortSignal.timeout(10_000) });
      for (const { url } of [platform.worker, platform.api, platform.inventory])
        expect(await (await get(`${url}/metrics`)).text()).toMatch(/\n# EOF\n$/);
      expect((await get(`${platform.api.url}/readyz`)).status).toBe(503);
    } finally {
      for (const { pid } of rows) process.kill(pid, 'SIGCONT');
    }
    await eventually(
      'a replica that is ready',
      async () => (await fetch(`${platform.api.url}/readyz`)).ok || undefined,
    );
    await eventually(
      'the depth of the queue',
      async () => /^queue_depth\{queue="orders"\} \d/m.test(await metrics(platform.worker)) || undefined,
    );
  });

  it('none of them tells of itself: not in a span, a line, or a session', async () => {
    const id = await inject(platform.api, { fault: 'slow-query' });
    const { rows } = await database.query(
      `select distinct application_name as name from pg_stat_activity where datname is not null`,
    );
    await clear(platform.api, id);
    expect(rows.map(({ name }) => name).sort()).toEqual([
      'shop-api',
      'shop-inventory',
      'shop-worker',
      'test',
    ]);
    await pause(500);
    const told = [...platform.sink.raw, ...platform.api.lines, ...platform.inventory.lines].join('\n');
    expect(told).toContain('obsctl.fault.id');
    const rest = told.replaceAll(/\{"key":"obsctl\.fault\.id","value":\{"stringValue":"[^"]*"\}\}/g, '');
    const words =
      /\b(chaos|faults?|inject\w*|leases?|victims?|exhaust\w*|exhaustion|slow-query|LOCK TABLE|advisory\w*|takeClients|taken|downstream-error|connection-reset)\b/i;
    expect(words.exec(rest)).toBeNull();
    expect(/(reset-connection|route-handler|lock-turns|taken-clients)\.ts/.exec(rest)).toBeNull();
  });
});
