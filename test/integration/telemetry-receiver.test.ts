import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startEmbeddedTelemetry } from '../../cli/telemetry/embedded/embedded-telemetry.ts';
import { FAILURE, RESPONSE } from '../../cli/telemetry/embedded/otlp-schema.ts';
import { type Receiver, startReceiver } from '../../cli/telemetry/embedded/receiver.ts';
import { Store } from '../../cli/telemetry/embedded/store.ts';
import { sendOtlp } from '../contract/send-otlp.ts';

const MAX_BYTES = 64 * 1024;

let store: Store;
let receiver: Receiver;

beforeEach(async () => {
  store = await Store.open(':memory:', { maxQueuedRows: 10 });
  receiver = await startReceiver(store, { maxBytes: MAX_BYTES });
});
afterEach(async () => {
  await receiver.close();
  await store.close();
});

const span = (index: number, change: object = {}) => ({
  traceId: (index + 1).toString(16).padStart(32, '0'),
  spanId: '1'.padStart(16, '0'),
  name: 'x',
  startTimeUnixNano: '1000',
  endTimeUnixNano: '2000',
  ...change,
});

const requestOf = (spans: object[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const many = (count: number) => requestOf(Array.from({ length: count }, (_, i) => span(i)));

const post = (body: RequestInit['body'], headers: Record<string, string>, path = '/v1/traces') =>
  fetch(receiver.url + path, { method: 'POST', body, headers });

const json = { 'content-type': 'application/json' };
const spansKept = async () => {
  await store.flush();
  return (await store.query('SELECT count(*)::INTEGER AS rows FROM spans'))[0]!.rows;
};

describe('a valid request', () => {
  test.each(['json', 'json-gzip', 'protobuf', 'protobuf-gzip'] as const)(
    'as %s is kept and answered in kind',
    async (encoding) => {
      const answer = await sendOtlp(receiver.url, 'traces', many(2), encoding);
      expect(answer.status).toBe(200);
      const type = encoding.startsWith('json') ? 'application/json' : 'application/x-protobuf';
      expect(answer.headers.get('content-type')).toContain(type);
      expect(await answer.text()).toBe(encoding.startsWith('json') ? '{}' : '');
      expect(await spansKept()).toBe(2);
      expect(receiver.counters.traces).toEqual({ accepted: 2, refused: 0, rejected: 0 });
    },
  );

  test('of metrics is counted', async () => {
    const metrics = {
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ gauge: { dataPoints: [{}, {}, {}] } }] }] }],
    };
    expect((await post(JSON.stringify(metrics), json, '/v1/metrics')).status).toBe(200);
    expect(receiver.counters.metrics.accepted).toBe(3);
  });

  test('without items is fine', async () => {
    expect((await post('{}', json)).status).toBe(200);
    expect((await post('', { 'content-type': 'application/x-protobuf' }, '/v1/logs')).status).toBe(200);
  });
});

describe('invalid items', () => {
  const mixed = requestOf([span(1), span(2, { traceId: '00' }), span(3, { endTimeUnixNano: '1' })]);

  test('are counted and named in a partial success, as JSON', async () => {
    const answer = await sendOtlp(receiver.url, 'traces', mixed, 'json');
    expect(answer.status).toBe(200);
    const { partialSuccess } = (await answer.json()) as { partialSuccess: Record<string, string> };
    expect(partialSuccess.rejectedSpans).toBe('2');
    expect(partialSuccess.errorMessage).toContain('trace_id is not 16 bytes; the span ends before it starts');
    expect(receiver.counters.traces).toEqual({ accepted: 1, refused: 0, rejected: 2 });
    expect(await spansKept()).toBe(1);
  });

  test('and as protobuf', async () => {
    const answer = await sendOtlp(receiver.url, 'traces', mixed, 'protobuf');
    const decoded = RESPONSE.toObject(RESPONSE.decode(new Uint8Array(await answer.arrayBuffer())), {
      longs: Number,
    });
    expect(decoded.partialSuccess).toMatchObject({ rejected: 2 });
  });
});

describe('refused with', () => {
  test.each([
    ['400 what is no JSON', '{"resourceSpans": [', json, 400],
    ['400 JSON of another shape', '{"resourceSpans": 7}', json, 400],
    ['400 what is no protobuf', 'hello, world', { 'content-type': 'application/x-protobuf' }, 400],
    ['400 what is no gzip', 'hello', { ...json, 'content-encoding': 'gzip' }, 400],
    ['415 another encoding', '{}', { ...json, 'content-encoding': 'br' }, 415],
    ['415 another type', '{}', { 'content-type': 'text/csv' }, 415],
    ['413 a large body', ' '.repeat(MAX_BYTES + 1), json, 413],
  ] as [string, string, Record<string, string>, number][])('%s', async (_what, body, headers, status) => {
    const answer = await post(body, headers);
    expect(answer.status).toBe(status);
    expect(((await answer.json().catch(() => ({ message: 'x' }))) as { message: string }).message).not.toBe(
      '',
    );
    expect(receiver.counters.malformedRequests).toBe(1);
    expect(await spansKept()).toBe(0);
  });

  test('413 a small body that inflates beyond the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, ' '));
    expect(bomb.length).toBeLessThan(MAX_BYTES);
    const answer = await post(new Uint8Array(bomb), { ...json, 'content-encoding': 'gzip' });
    expect(answer.status).toBe(413);
  });

  test('503 and Retry-After what the queue has no room for; it is counted, and what was accepted is not lost', async () => {
    await store.query('ALTER TABLE spans RENAME TO elsewhere');
    expect((await sendOtlp(receiver.url, 'traces', many(6), 'json')).status).toBe(200);
    const full = await sendOtlp(receiver.url, 'traces', many(6), 'protobuf');
    expect([full.status, full.headers.get('retry-after')]).toEqual([503, '1']);
    expect(FAILURE.toObject(FAILURE.decode(new Uint8Array(await full.arrayBuffer())))).toMatchObject({
      code: 14,
    });
    expect(receiver.counters.traces).toEqual({ accepted: 6, refused: 6, rejected: 0 });
    await store.query('ALTER TABLE elsewhere RENAME TO spans');
    expect(await spansKept()).toBe(6);
  });
});

describe('the embedded telemetry', () => {
  test('says when its port is taken', async () => {
    const port = Number(new URL(receiver.url).port);
    await expect(startEmbeddedTelemetry({ file: ':memory:', port, targets: [] })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
    });
  });

  test('a target that does not answer in time is down, and does not hold up the others', async () => {
    const silent = createServer(() => {});
    const speaking = createServer((_request, response) => response.end('a_total 1\n'));
    const listen = (server: typeof silent) =>
      new Promise<string>((resolve) =>
        server.listen(0, '127.0.0.1', () =>
          resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
        ),
      );
    const targets = [
      { service: 'silent', instance: 's', url: await listen(silent) },
      { service: 'speaking', instance: 's', url: await listen(speaking) },
    ];
    const embedded = await startEmbeddedTelemetry({ file: ':memory:', targets, scrapeInterval: 0.2 });
    await embedded.scrapeNow();
    const { value } = await embedded.source.runtime({ from: 0, to: 1e11 });
    const up = value
      .filter(({ name }) => name === 'up')
      .map(({ service, points }) => [service, points[0]![1]]);
    expect(up).toEqual([
      ['silent', 0],
      ['speaking', 1],
    ]);
    await embedded.close();
    for (const server of [silent, speaking]) {
      server.closeAllConnections();
      server.close();
    }
  });
});
