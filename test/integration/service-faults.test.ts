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

const KIND = { server: 2, client: 3 };
const ERROR = 2;

describe('a fault shows as the matrix says, and is gone afterwards:', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());

  const product = () => request(`${platform.api.url}/products/1`);
  const seconds = (span: SunkSpan) => span.end - span.start;
  const counted = async (replica: ServiceProcess, sample: RegExp): Promise<number> => {
    const text = await (await fetch(`${replica.url}/metrics`)).text();
    return text
      .split('\n')
      .filter((line) => sample.test(line))
      .reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);
  };
  const span = (traceId: string, name: string, service = 'api') =>
    eventually(`${name} of ${traceId}`, () =>
      platform.sink
        .trace(traceId)
        .find((found) => found.name === name && found.resource['service.name'] === service),
    );
  const messages = (traceId: string, service = 'api') =>
    platform.sink.logs
      .filter((log) => log.traceId === traceId && log.resource['service.name'] === service)
      .map(({ body }) => body);

  /** Neither the span attribute nor the admin API knows of it any more. */
  const expectUnharmed = async (replica: ServiceProcess, traceId: string, name: string) => {
    expect(await listFaults(replica)).toEqual([]);
    expect(
      (await span(traceId, name, replica === platform.api ? 'api' : 'inventory')).attributes,
    ).not.toHaveProperty('obsctl.fault.id');
  };

  it('latency', async () => {
    const SLOW = /^http_server_request_duration_seconds_bucket\{le="0.4",.*"\/products\/:id"/;
    const ALL = /^http_server_request_duration_seconds_count\{.*"\/products\/:id"/;
    const slower = async () => (await counted(platform.api, ALL)) - (await counted(platform.api, SLOW));
    const before = await slower();
    const id = await inject(platform.api, {
      fault: 'latency',
      parameters: { ms: 500 },
      target: { route: '/products/*' },
    });
    const { traceId, status } = await product();
    expect(status).toBe(200);
    const handler = await span(traceId, 'handler - getProduct');
    expect(handler.attributes['obsctl.fault.id']).toBe(id);
    const children = platform.sink
      .trace(traceId)
      .filter(({ parentSpanId }) => parentSpanId === handler.spanId);
    expect(seconds(handler) - children.reduce((sum, child) => sum + seconds(child), 0)).toBeGreaterThan(0.45);
    expect(await slower()).toBe(before + 1);
    await eventually('the slow request line', () => messages(traceId).includes('slow request') || undefined);
    expect(await clear(platform.api, id)).toMatchObject({ eligible: 1, hits: 1 });
    await expectUnharmed(platform.api, (await product()).traceId, 'handler - getProduct');
  });

  it('error', async () => {
    const FAILED = /^http_server_request_errors_total\{.*"\/products\/:id",http_response_status_code="500"\}/;
    const before = await counted(platform.api, FAILED);
    const id = await inject(platform.api, { fault: 'error' });
    const { traceId, status } = await product();
    expect(status).toBe(500);
    expect(await counted(platform.api, FAILED)).toBe(before + 1);
    const handler = await span(traceId, 'handler - getProduct');
    expect(handler).toMatchObject({
      status: { code: ERROR },
      events: [{ name: 'exception', attributes: { 'exception.type': 'TypeError' } }],
    });
    expect(await span(traceId, 'GET /products/:id')).toMatchObject({ status: { code: ERROR } });
    const log = await eventually('the error line', () =>
      platform.sink.logs.find((found) => found.traceId === traceId && found.severity === 'error'),
    );
    expect(log.attributes['exception.type']).toBe('TypeError');
    await clear(platform.api, id);
    const after = await product();
    expect(after.status).toBe(200);
    await expectUnharmed(platform.api, after.traceId, 'handler - getProduct');
  });

  it('downstream-timeout', async () => {
    const retriesBefore = await counted(platform.api, /^http_client_request_retries_total/);
    const id = await inject(platform.inventory, { fault: 'downstream-timeout', parameters: { ms: 1_200 } });
    const { traceId, status, text } = await order(platform.api);
    expect([status, JSON.parse(text).error]).toMatchObject([504, { code: 'upstream_timeout', traceId }]);
    const late = await eventually("inventory's three late spans", () => {
      const servers = platform.sink.trace(traceId).filter(({ name }) => name === 'POST /reservations');
      return servers.length === 3 ? servers : undefined;
    });
    const attempts = platform.sink
      .trace(traceId)
      .filter(({ kind, name }) => kind === KIND.client && name === 'POST');
    expect(attempts).toHaveLength(3);
    for (const attempt of attempts) {
      expect(attempt.status.code).toBe(ERROR);
      expect(attempt.events[0]?.name).toBe('exception');
      const server = late.find(({ parentSpanId }) => parentSpanId === attempt.spanId);
      expect(server?.status.code ?? 0).not.toBe(ERROR);
      expect(server?.end).toBeGreaterThan(attempt.end);
      expect(server?.attributes['http.response.status_code']).toBe(499);
      expect(server?.events.map(({ name }) => name)).toEqual(['client disconnected']);
    }
    expect(attempts.map(({ attributes }) => attributes['http.request.resend_count'] ?? 0).sort()).toEqual([
      0, 1, 2,
    ]);
    const handler = await span(traceId, 'handler - placeOrder');
    expect(handler.status.code).toBe(ERROR);
    expect(attempts.every(({ parentSpanId }) => parentSpanId === handler.spanId)).toBe(true);
    expect(messages(traceId).filter((body) => body === 'inventory call timed out')).toHaveLength(3);
    expect(messages(traceId)).toContain('retrying inventory call, attempt 3');
    expect(await counted(platform.api, /^http_client_request_retries_total/)).toBe(retriesBefore + 2);
    expect(
      await counted(platform.inventory, /^http_server_request_errors_total\{.*code="499"\}/),
    ).toBeGreaterThanOrEqual(3);
    expect(await clear(platform.inventory, id)).toMatchObject({ eligible: 3, hits: 3 });
    const after = await order(platform.api);
    expect(after.status).toBe(201);
    await expectUnharmed(platform.inventory, after.traceId, 'handler - reserveStock');
  });

  it('retry-storm', async () => {
    const id = await inject(platform.inventory, { fault: 'retry-storm' });
    expect(await counted(platform.inventory, /^capacity_slots_in_use /)).toBe(8);
    expect((await order(platform.api)).status).toBe(504);
    expect(await counted(platform.inventory, /^capacity_slots_waiting /)).toBe(3);
    await expect(inject(platform.inventory, { fault: 'retry-storm' })).rejects.toThrow('409');
    expect(await clear(platform.inventory, id)).toMatchObject({ eligible: 8, hits: 8 });
    await eventually('free slots', async () =>
      (await counted(platform.inventory, /^capacity_slots_in_use /)) === 0 ? true : undefined,
    );
    const after = await order(platform.api);
    expect(after.status).toBe(201);
    await expectUnharmed(platform.inventory, after.traceId, 'handler - reserveStock');
  });

  it.each(['latency', 'error', 'downstream-timeout', 'retry-storm'])(
    '%s ends with its lease, whoever is there',
    async (fault) => {
      const replica = ['latency', 'error'].includes(fault) ? platform.api : platform.inventory;
      await inject(replica, { fault, leaseSeconds: 0.4 });
      await eventually('the end of the lease', async () =>
        (await listFaults(replica)).length === 0 ? true : undefined,
      );
      const { status, traceId } = await order(platform.api);
      expect(status).toBe(201);
      await expectUnharmed(
        replica,
        traceId,
        replica === platform.api ? 'handler - placeOrder' : 'handler - reserveStock',
      );
    },
  );

  it('leaves no frame of its own in any recorded exception', async () => {
    const recorded = async (
      fault: string,
      replica: ServiceProcess,
      send: () => Promise<unknown>,
      more = {},
    ) => {
      const before = platform.sink.spans.length;
      const id = await inject(replica, { fault, ...more });
      await send();
      await clear(replica, id);
      const stacks = () =>
        platform.sink.spans
          .slice(before)
          .flatMap(({ events }) => events.map(({ attributes }) => attributes['exception.stacktrace']))
          .filter((stack) => stack !== undefined)
          .map(String);
      return eventually(`exceptions of ${fault}`, () => (stacks().length > 0 ? stacks() : undefined));
    };
    const place = () => order(platform.api);
    // More orders at once than inventory lets wait, so that it refuses some while it is held.
    const flood = () => Promise.all(Array.from({ length: 200 }, place));
    const stacks = [
      ...(await recorded('latency', platform.api, () =>
        request(`${platform.api.url}/simulate/error?probability=1`),
      )),
      ...(await recorded('error', platform.api, product)),
      ...(await recorded('error', platform.api, place)),
      ...(await recorded('downstream-timeout', platform.inventory, place)),
      ...(await recorded('retry-storm', platform.inventory, flood)),
    ];
    expect(stacks.join('\n')).not.toMatch(/chaos|faults\/|route-handler|handler-frame/);
    expect(stacks.some((stack) => stack.startsWith('OverloadedError'))).toBe(true);
    expect(stacks.some((stack) => stack.includes('simulate.ts'))).toBe(true);
    const thrownBy = (name: string) => stacks.find((stack) => stack.includes(`\n    at Object.${name} (`));
    expect(thrownBy('getProduct')).toMatch(
      /\n {4}at Object\.getProduct \(.*routes\/products\.ts:\d+:\d+\)(\n {4}at process\.processTicks.*)?$/,
    );
    expect(thrownBy('placeOrder')).toMatch(
      /\n {4}at Object\.placeOrder \(.*routes\/orders\.ts:\d+:\d+\)(\n {4}at process\.processTicks.*)?$/,
    );
  });

  it('tells nothing but the ground truth, in no span and no line', async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const told = [...platform.sink.raw, ...platform.api.lines, ...platform.inventory.lines].join('\n');
    expect(told).toContain('obsctl.fault.id');
    const rest = told.replaceAll(/\{"key":"obsctl\.fault\.id","value":\{"stringValue":"[^"]*"\}\}/g, '');
    const words = /\b(chaos|faults?|inject\w*|leases?|victims?|retry-storm|downstream-timeout)\b/i;
    expect(words.exec(rest)).toBeNull();
  });
});
