import { expect, test } from 'vitest';
import { BackendError } from '../backend-error.ts';
import { fakeClient, type Reply } from '../fake-client.fixture.ts';
import { DEFAULT_NAMES } from '../options.ts';
import { createTempo } from './tempo.ts';

const id = (n: number): string => n.toString(16).padStart(32, '0');
const WINDOW = { from: 1000, to: 1060 };

const tempoOf = (reply: Reply) => {
  const client = fakeClient('tempo', reply);
  return { tempo: createTempo(client, DEFAULT_NAMES), client };
};

const refusal = (status: number, reason: string) =>
  new BackendError('BACKEND_FAILED', reason, { backend: 'tempo', path: '/api/search', status });

/** A trace of one span, as `/api/v2/traces/<id>` answers. */
const traceOf = (traceId: string, service: string) => ({
  trace: {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
        scopeSpans: [
          { spans: [{ traceId, spanId: 'a'.repeat(16), startTimeUnixNano: '1', endTimeUnixNano: '2' }] },
        ],
      },
    ],
  },
});

const traceIn = (path: string): string => path.split('/').at(-1)!;

test('a Tempo that refuses the TraceQL is named with its version', async () => {
  const { tempo } = tempoOf((path) =>
    path === '/api/search' ? refusal(400, 'parse error at line 1') : { body: { version: '2.1.0' } },
  );
  await expect(tempo.ready()).rejects.toMatchObject({
    code: 'BACKEND_UNSUPPORTED',
    message: expect.stringContaining('Tempo 2.1.0 does not know the TraceQL'),
  });
});

test('what answers but is not Tempo is told', async () => {
  const { tempo } = tempoOf(() => ({ body: { status: 'success', data: {} } }));
  await expect(tempo.ready()).rejects.toMatchObject({ code: 'BACKEND_UNKNOWN' });
});

test('ready names version and address, also where the version is not told', async () => {
  const { tempo } = tempoOf((path) =>
    path === '/api/search' ? { body: { traces: [], metrics: {} } } : { status: 404, body: 'not found' },
  );
  expect(await tempo.ready()).toEqual({ detail: 'Tempo at http://tempo.test', degraded: [] });
});

test('older versions have their traces elsewhere', async () => {
  const { tempo, client } = tempoOf((path) =>
    path.startsWith('/api/v2') || path.endsWith(id(3))
      ? { status: 404, body: '404 page not found' }
      : { body: { batches: traceOf(traceIn(path), 'api').trace.resourceSpans } },
  );
  const { value } = await tempo.traces([id(1)]);
  expect([...value.keys()]).toEqual([id(1)]);
  await tempo.traces([id(2), id(3)]);
  expect(client.asked.map(({ path }) => path).slice(2)).toEqual([
    `/api/traces/${id(2)}`,
    `/api/traces/${id(3)}`,
  ]);
});

test('one trace that cannot be read spoils no other', async () => {
  const { tempo } = tempoOf((path) =>
    path.endsWith(id(2)) ? refusal(422, 'trace exceeds max size') : { body: traceOf(traceIn(path), 'api') },
  );
  const { value, query } = await tempo.traces([id(1), id(2)]);
  expect([...value.keys()]).toEqual([id(1)]);
  expect(query.error).toContain('1 unread: tempo: /api/search: trace exceeds max size');
  await expect(tempo.traces([id(2)])).rejects.toThrow('trace exceeds max size');
});

test('many ids are looked for by search; of those not found some are looked up', async () => {
  const ids = Array.from({ length: 100 }, (_, i) => id(i + 1));
  const searched = ids.slice(0, 97).map((traceID) => ({ traceID: traceID.replace(/^0+/, '') }));
  const { tempo, client } = tempoOf((path) => {
    if (path === '/api/search') return { body: { traces: searched, metrics: {} } };
    const found = [id(98), id(99)].indexOf(traceIn(path));
    return found < 0 ? { status: 404 } : { body: traceOf(traceIn(path), ['api', 'load'][found]!) };
  });
  const { value, query } = await tempo.missing(ids, 'load', WINDOW);
  expect(value).toEqual([id(99), id(100)]);
  expect(query.error).toBeNull();
  expect(client.requests).toBeLessThan(10);
  expect(client.asked[0]!.options.parameters).toMatchObject({ q: '{resource.service.name != "load"}' });
});

test('a search that misses what is there says that its answer is partial', async () => {
  const ids = Array.from({ length: 200 }, (_, i) => id(i + 1));
  const { tempo } = tempoOf((path) =>
    path === '/api/search' ? { body: { traces: [] } } : { body: traceOf(traceIn(path), 'api') },
  );
  const { value, query } = await tempo.missing(ids, 'load', WINDOW);
  expect(value.length).toBe(160);
  expect(query.error).toBe('the search missed 40 of 40 looked up by id');
});

test('a limit and a range that the server does not allow are learnt', async () => {
  const { tempo, client } = tempoOf((_, { parameters = {} }) => {
    const { limit, start, end } = parameters as { limit: number; start: number; end: number };
    if (limit > 1000) return refusal(400, `limit ${limit} exceeds max limit 1000`);
    if (end - start > 20) return refusal(400, 'range specified by start and end exceeds 20s. received');
    return { body: { traces: [], metrics: {} } };
  });
  const { value, query } = await tempo.searchTraces(WINDOW, { error: true, limit: 5 });
  expect([value, query.truncated, query.error]).toEqual([[], false, null]);
  const ends = client.asked.map(({ options }) => Number(options.parameters!.end));
  expect(Math.max(...ends)).toBeGreaterThanOrEqual(WINDOW.to);
});

test('server spans are counted by route and method, those that ended in the window', async () => {
  const span = (spanID: string, end: number, route: string) => ({
    spanID,
    startTimeUnixNano: `${end - 1}000000000`,
    durationNanos: '1000000000',
    attributes: [
      { key: 'http.route', value: { stringValue: route } },
      { key: 'http.method', value: { stringValue: 'GET' } },
    ],
  });
  const spans = [span('1', 1001, '/a'), span('2', 1002, '/a'), span('3', 1061, '/a'), span('4', 1005, '/b')];
  const { tempo } = tempoOf(() => ({ body: { traces: [{ traceID: '1', spanSets: [{ spans }] }] } }));
  expect((await tempo.serverSpanCounts(WINDOW, 'api')).value).toEqual([
    { route: '/a', method: 'GET', spans: 2 },
    { route: '/b', method: 'GET', spans: 1 },
  ]);
});

test('too many server spans are not counted, and the answer says so', async () => {
  const traces = Array.from({ length: 5000 }, (_, i) => ({ traceID: i.toString(16) }));
  const { tempo, client } = tempoOf(() => ({ body: { traces } }));
  const { value, query } = await tempo.serverSpanCounts({ from: 0, to: 36_000 }, 'api');
  expect([value, query.truncated]).toEqual([[], true]);
  expect(client.requests).toBeLessThanOrEqual(60);
});

test('names are quoted, so that no service breaks out of its query', async () => {
  const { tempo, client } = tempoOf(() => ({ body: { traces: [] } }));
  await tempo.searchTraces(WINDOW, { service: 'a"} || {true', limit: 5 });
  expect(client.asked[0]!.options.parameters!.q).toBe('{resource.service.name = "a\\"} || {true"}');
});
