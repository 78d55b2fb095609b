import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from './app.ts';
import { OverloadedError, UpstreamFailureError, UpstreamTimeoutError } from './errors.ts';
import { orderRoutes } from './routes/orders.ts';
import { productRoutes } from './routes/products.ts';
import { reservationRoutes } from './routes/reservations.ts';
import type { Order } from './shop/orders.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { appOptions, recordingLog } from './test-support/fakes.ts';
import { recordSpans } from './test-support/recorded-spans.ts';

const product = { id: 1, name: 'Lamp', description: 'A lamp', priceCents: 500 };
const order: Order = {
  id: '5fa06d4c-c3f2-434b-80cf-82d9dab569e6',
  productId: 1,
  quantity: 2,
  totalCents: 1000,
  status: 'pending',
};
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${TRACE}-b7ad6b7169203331-01`;

describe('the app', () => {
  const recorded = recordSpans();
  const { log, lines } = recordingLog();
  const metrics = createMetrics();
  let app: FastifyInstance;
  let outcome: () => Promise<Order | null> = async () => order;
  /** What happens to the response when the client of the request in hand goes. */
  let leave: () => void = () => undefined;

  beforeAll(async () => {
    const catalogue = {
      list: async () => [product],
      find: async (id: number) => (id === 1 ? product : null),
      bestsellers: async () => [{ ...product, sold: 7 }],
    };
    const orders = { place: () => outcome(), find: async (id: string) => (id === order.id ? order : null) };
    const stock = { reserve: async () => 'reserved' as const };
    const watch = async (routes: FastifyInstance) => {
      routes.addHook('onRequest', async (_request, reply) => {
        leave = () => reply.raw.emit('close');
      });
    };
    const watched = Object.assign(watch, { [Symbol.for('skip-override')]: true });
    app = await createApp(
      appOptions({
        log,
        metrics,
        slowRequestMs: 30,
        routes: [watched, productRoutes(catalogue), orderRoutes(catalogue, orders), reservationRoutes(stock)],
        facts: { cache: 'in-process' },
      }),
    );
  });
  beforeEach(() => {
    outcome = async () => order;
    lines.length = 0;
    recorded.reset();
  });
  afterAll(async () => {
    await app.close();
    await recorded.stop();
  });

  const place = (payload: object = { productId: 1, quantity: 2 }) =>
    app.inject({ method: 'POST', url: '/orders', payload, headers: { traceparent } });
  const placeWithoutStock = () => {
    outcome = async () => null;
    return place();
  };
  const serverSpan = () => recorded.spans().find(({ kind }) => kind === 1);
  const text = () => metrics.registry.metrics();

  it('serves the bestsellers with how many were sold', async () => {
    const { statusCode, body } = await app.inject('/bestsellers');
    expect([statusCode, JSON.parse(body)]).toEqual([200, { products: [{ ...product, sold: 7 }] }]);
  });

  it('serves the shop', async () => {
    expect((await app.inject('/products')).json()).toEqual({ products: [product] });
    expect((await app.inject('/products/1')).json()).toEqual(product);
    const placed = await place();
    expect([placed.statusCode, placed.json()]).toEqual([201, order]);
    expect((await app.inject(`/orders/${order.id}`)).json()).toEqual(order);
  });

  it.each([
    ['a time-out upstream', new UpstreamTimeoutError('late'), 504, 'upstream_timeout', 'late'],
    ['a failure upstream', new UpstreamFailureError('broken'), 502, 'upstream_failure', 'broken'],
    ['overload', new OverloadedError('full'), 503, 'overloaded', 'full'],
    [
      'no database',
      Object.assign(new Error('terminating'), { code: '57P01' }),
      503,
      'unavailable',
      'The request could not be served.',
    ],
    ['a bug', new TypeError('secret detail'), 500, 'internal', 'The request could not be served.'],
  ])(
    'answers %s in the one shape, logs it, and marks the spans',
    async (_what, error, status, code, message) => {
      outcome = () => Promise.reject(error);
      const response = await place();
      expect(response.statusCode).toBe(status);
      expect(response.json()).toEqual({ error: { code, message, traceId: TRACE } });
      expect(lines.find(({ level }) => level === 50)).toMatchObject({
        msg: error.message,
        status,
        err: { type: error.constructor.name },
      });
      expect(serverSpan()).toMatchObject({ name: 'POST /orders', status: { code: 2 } });
      expect(serverSpan()?.attributes).toMatchObject({
        'http.response.status_code': status,
        'http.route': '/orders',
      });
      const handler = recorded.spans().find(({ name }) => name === 'handler - placeOrder');
      expect(handler?.status.code).toBe(2);
      expect(handler?.events[0]?.attributes?.['exception.message']).toBe(error.message);
    },
  );

  it.each([
    ['a body that breaks the schema', () => place({ productId: 'x', quantity: 0 }), 400, 'validation'],
    ['a path that breaks it', () => app.inject('/products/abc'), 400, 'validation'],
    ['a product that is not there', () => place({ productId: 2, quantity: 1 }), 404, 'not_found'],
    [
      'an order that is not there',
      () => app.inject('/orders/00000000-0000-4000-8000-000000000000'),
      404,
      'not_found',
    ],
    ['a route that is not there', () => app.inject('/nowhere'), 404, 'not_found'],
    ['stock that is out', placeWithoutStock, 409, 'out_of_stock'],
  ])('answers %s without calling it a failure', async (_what, send, status, code) => {
    const response = await send();
    expect(response.statusCode).toBe(status);
    expect(response.json().error).toMatchObject({ code, traceId: serverSpan()?.spanContext().traceId });
    expect(recorded.spans().filter((span) => span.status.code === 2)).toEqual([]);
    expect(lines.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  it('names every violation of a body at once', async () => {
    const { message } = (await place({ productId: 0, quantity: 0 })).json().error;
    expect(message).toMatch(/productId[\s\S]*quantity/);
  });

  it('logs each request, and slow ones apart', async () => {
    await app.inject('/products');
    expect(lines.map(({ msg }) => msg)).toEqual(['request completed']);
    lines.length = 0;
    outcome = () => new Promise((resolve) => setTimeout(() => resolve(order), 60));
    await place();
    expect(lines.map(({ msg, level }) => [msg, level])).toEqual([
      ['request completed', 30],
      ['slow request', 40],
    ]);
  });

  it('says of a request whose client left the same in span, metrics and log', async () => {
    outcome = async () => {
      leave();
      return order;
    };
    await expect(place()).rejects.toThrow('destroyed');
    await vi.waitFor(() => expect(serverSpan()).toBeDefined());
    expect(serverSpan()).toMatchObject({
      status: { code: 0 },
      attributes: { 'http.response.status_code': 499 },
      events: [{ name: 'client disconnected' }],
    });
    expect(lines.map(({ msg, status }) => [msg, status])).toEqual([['request aborted by the client', 499]]);
    const counted =
      /http_server_request_duration_seconds_count\{.*"\/orders",http_response_status_code="499"/;
    expect(await text()).toMatch(counted);
  });

  it('writes valid OpenMetrics with exemplars that name the server span', async () => {
    outcome = () => Promise.reject(new UpstreamTimeoutError('late'));
    await place();
    const span = serverSpan()?.spanContext();
    const exemplar = `# {trace_id="${TRACE}",span_id="${span?.spanId}"}`;
    const rows = (await text()).split('\n');
    expect(rows.slice(-2)).toEqual(['# EOF', '']);
    const row = rows.find(
      (line) => line.startsWith('http_server_request_errors_total{') && line.includes('"504"'),
    );
    expect(row).toContain(exemplar);
    expect(
      rows.some(
        (line) => line.startsWith('http_server_request_duration_seconds_bucket') && line.includes(exemplar),
      ),
    ).toBe(true);
    const families = rows.filter((line) => line.startsWith('# TYPE')).map((line) => line.split(' ')[2]);
    expect(new Set(families).size).toBe(families.length);
    expect(families.filter((name) => name?.endsWith('_total'))).toEqual([]);
    const sample = /^[a-z_]+(\{[^}]*\})? \S+( # \{[^}]*\} \S+ \S+)?$/;
    expect(rows.filter((line) => line && !line.startsWith('#') && !sample.test(line))).toEqual([]);
  });

  it('keeps health, readiness and metrics out of all telemetry', async () => {
    const before = await text();
    for (const url of ['/healthz', '/readyz', '/metrics'])
      expect((await app.inject(url)).statusCode).toBe(200);
    expect((await app.inject('/readyz')).json()).toEqual({ status: 'ready', cache: 'in-process' });
    expect(recorded.spans()).toEqual([]);
    expect(lines).toEqual([]);
    expect(await text()).toBe(before);
  });

  it('describes itself', async () => {
    const { paths } = (await app.inject('/docs/json')).json();
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/products/{id}', '/orders', '/reservations']),
    );
    expect(paths['/orders'].post.responses).toHaveProperty('504');
  });

  it('is not ready without its database', async () => {
    const unready = await createApp(
      appOptions({ checkDatabase: () => Promise.reject(new Error('no route')) }),
    );
    const response = await unready.inject('/readyz');
    expect([response.statusCode, response.json().error.code]).toEqual([503, 'not_ready']);
    await unready.close();
  });

  it('ends kept-alive connections with the last response when it closes', async () => {
    let answer: () => void = () => undefined;
    let begun: () => void = () => undefined;
    const begins = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const slow = async (routes: FastifyInstance) => {
      routes.get('/slow', async () => {
        begun();
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return {};
      });
    };
    const closing = await createApp(appOptions({ routes: [slow] }));
    await closing.ready();
    const inHand = closing.inject('/slow').then((response) => response);
    await begins;
    const closed = closing.close();
    await new Promise((resolve) => setImmediate(resolve));
    answer();
    expect((await inHand).headers.connection).toBe('close');
    await closed;
  });
});
