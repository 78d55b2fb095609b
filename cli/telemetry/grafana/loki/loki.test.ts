import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BackendError } from '../backend-error.ts';
import { fakeClient, type Reply } from '../fake-client.fixture.ts';
import { DEFAULT_NAMES } from '../options.ts';
import { createLoki } from './loki.ts';

interface Line {
  nanos: bigint;
  text: string;
  labels?: Record<string, string>;
}

const WINDOW = { from: 1000, to: 1100 };
const second = (seconds: number): bigint => BigInt(Math.round(seconds * 1e9));
const line = (seconds: number, text: string, labels = {}): Line => ({ nanos: second(seconds), text, labels });

const refusal = (reason: string) =>
  new BackendError('BACKEND_FAILED', reason, {
    backend: 'loki',
    path: '/loki/api/v1/query_range',
    status: 400,
  });

const streams = (lines: Line[]) => ({
  body: {
    status: 'success',
    data: {
      resultType: 'streams',
      result: lines.map(({ nanos, text, labels }) => ({
        stream: { service_name: 'api', ...labels },
        values: [[String(nanos), text]],
      })),
    },
  },
});

interface Server {
  lines: Line[];
  /** Most entries in one answer. */
  maxEntries?: number;
  /** Longest range, seconds. */
  maxRange?: number;
  labels?: string[];
  /** Which lines a query is for. */
  matches?: (query: string, line: Line) => boolean;
}

/** Answers as Loki does: the oldest lines of the range, at most `limit`. */
const lokiOf = ({ lines, maxEntries = 5000, maxRange = 1e9, labels, matches }: Server): Reply => {
  const sorted = [...lines].sort((a, b) => (a.nanos < b.nanos ? -1 : 1));
  return (path, { parameters = {} }) => {
    if (path.endsWith('/labels'))
      return { body: { status: 'success', data: labels ?? ['service_name', 'service_instance_id'] } };
    if (path.endsWith('/buildinfo')) return { body: { version: '3.7.8' } };
    const { query, start, end, limit } = parameters as Record<string, string>;
    const [from, to] = [BigInt(start!), BigInt(end!)];
    if (Number(limit) > maxEntries)
      return refusal(
        `max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${maxEntries})`,
      );
    if (Number(to - from) / 1e9 > maxRange)
      return refusal('the query time range exceeds the limit (query length: 1m40s, limit: 30s)');
    const inside = sorted.filter((one) => one.nanos >= from && one.nanos < to);
    return streams(inside.filter((one) => matches?.(query!, one) ?? true).slice(0, Number(limit)));
  };
};

const sourceOf = (server: Server) => {
  const client = fakeClient('loki', lokiOf(server));
  return { loki: createLoki(client, DEFAULT_NAMES), client };
};

describe('paging', () => {
  test('property: every line of the window comes once, oldest first, whatever the server caps', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1000, max: 1099 })),
        fc.integer({ min: 12, max: 30 }),
        fc.constantFrom(2, 7, 30, 1e9),
        async (times, maxEntries, maxRange) => {
          // At most nine at one instant, so that a page holds them.
          const kept = times.filter((time, i) => times.slice(0, i).filter((one) => one === time).length < 9);
          const lines = kept.map((time, i) => line(time, `line ${i}`));
          const { loki } = sourceOf({ lines, maxEntries, maxRange });
          const { value, query } = await loki.logs(WINDOW, { limit: 1000 });
          expect(value.map(({ body }) => body).sort()).toEqual(lines.map(({ text }) => text).sort());
          expect(value.map(({ time }) => Math.round(time))).toEqual([...kept].sort((a, b) => a - b));
          expect(query.truncated).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('the limit cuts the newest, and the answer says so', async () => {
    const lines = Array.from({ length: 40 }, (_, i) => line(1000 + i, `line ${i}`));
    const { value, query } = await sourceOf({ lines, maxEntries: 10 }).loki.logs(WINDOW, { limit: 25 });
    expect(value.map(({ body }) => body)).toEqual(lines.slice(0, 25).map(({ text }) => text));
    expect(query.truncated).toBe(true);
    const all = await sourceOf({ lines, maxEntries: 10 }).loki.logs(WINDOW, { limit: 40 });
    expect([all.value.length, all.query.truncated]).toEqual([40, false]);
  });

  test('more lines at one instant than a page holds are told of', async () => {
    const crowd = Array.from({ length: 15 }, (_, i) => line(1010, `line ${i}`));
    const lines = [...crowd, line(1020, 'later')];
    const { value, query } = await sourceOf({ lines, maxEntries: 10 }).loki.logs(WINDOW, { limit: 100 });
    expect(value.at(-1)!.body).toBe('later');
    expect(query.truncated).toBe(true);
  });
});

describe('what is asked', () => {
  const queriesOf = async (search: object, server: Partial<Server> = {}) => {
    const { loki, client } = sourceOf({ lines: [line(1001, 'x', { trace_id: 'a'.repeat(32) })], ...server });
    await loki.logs(WINDOW, { limit: 5, ...search });
    return client.asked.flatMap(({ options }) => String(options.parameters?.query ?? '') || []);
  };

  test('service and severity stand in the query, the service quoted', async () => {
    expect(await queriesOf({ service: 'a"}b' })).toEqual(['{service_name="a\\"}b"}']);
    const [query] = await queriesOf({ minSeverity: 'warn' });
    expect(query).toContain('{service_name=~".+"} | severity_number >= 13 or severity_number="" and (');
    expect(await queriesOf({ minSeverity: 'info' })).toEqual(['{service_name=~".+"}']);
  });

  test('many trace ids go in parts, each once', async () => {
    const traceIds = Array.from({ length: 300 }, (_, i) => i.toString(16).padStart(32, '0'));
    const all = await queriesOf({ traceIds: [...traceIds, ...traceIds] });
    const queries = all.filter((query) => query.includes('| trace_id='));
    expect(queries.length).toBe(3);
    expect(Math.max(...queries.map(({ length }) => length))).toBeLessThan(5120);
    expect(queries.join().match(/0{29}[0-9a-f]{3}/g)!.length).toBe(300);
  });

  test('no trace ids, no question', async () => expect(await queriesOf({ traceIds: [] })).toEqual([]));

  test('the label of the service is the first of its names that Loki has', async () => {
    const client = fakeClient('loki', lokiOf({ lines: [], labels: ['app', 'job'] }));
    const loki = createLoki(client, { ...DEFAULT_NAMES, lokiService: ['service_name', 'job', 'app'] });
    await loki.logs(WINDOW, { service: 'api', limit: 5 });
    expect(client.asked.at(-1)!.options.parameters!.query).toBe('{job="api"}');
  });
});

describe('where the trace id is', () => {
  const ID = 'a'.repeat(32);
  const lines = [line(1001, `{"msg":"x","traceId":"${ID}"}`)];

  test('another label', async () => {
    const { loki } = sourceOf({
      lines: [line(1001, 'x', { traceID: ID })],
      matches: (query) => !query.includes('|') || query.includes('| traceID'),
    });
    expect(
      (await loki.logs(WINDOW, { traceIds: [ID], limit: 5 })).value.map(({ traceId }) => traceId),
    ).toEqual([ID]);
  });

  test('is not settled by lines that were written before the first request', async () => {
    let served = false;
    const { loki } = sourceOf({
      lines: [line(1001, 'Server listening'), line(1002, 'x', { trace_id: ID })],
      matches: (query, { labels }) =>
        labels?.trace_id === undefined ? !query.includes('|') : served && query.includes('| trace_id'),
    });
    const found = async () => (await loki.logs(WINDOW, { traceIds: [ID], limit: 5 })).value;
    expect(await found()).toEqual([]);
    served = true;
    expect((await found()).map(({ traceId }) => traceId)).toEqual([ID]);
  });

  test('the line itself, found out once', async () => {
    const { loki, client } = sourceOf({
      lines,
      matches: (query) => !query.includes('|') || query.includes('|~'),
    });
    for (let i = 0; i < 2; i++) {
      const { value } = await loki.logs(WINDOW, { traceIds: [ID], limit: 5 });
      expect(value.map(({ traceId }) => traceId)).toEqual([ID]);
    }
    expect(client.asked.at(-1)!.options.parameters!.query).toBe(`{service_name=~".+"} |~ "${ID}"`);
    const asked = client.requests;
    await loki.logs(WINDOW, { traceIds: [ID], limit: 5 });
    expect(client.requests).toBe(asked + 1);
  });
});

describe('services that differ in where their trace ids are', () => {
  const [FIRST, SECOND] = ['a'.repeat(32), 'b'.repeat(32)];
  const mixed = {
    lines: [line(1001, 'x', { trace_id: FIRST }), line(1002, `{"traceId":"${SECOND}"}`)],
    matches: (query: string, { text, labels }: Line) =>
      query.includes('|~')
        ? text.includes(SECOND)
        : labels?.trace_id !== undefined && query.includes('| trace_id='),
  };

  test('each have their lines found, and the places are found out once', async () => {
    const { loki, client } = sourceOf(mixed);
    const search = { traceIds: [FIRST, SECOND], limit: 5 };
    const told = async () => (await loki.logs(WINDOW, search)).value.map(({ traceId }) => traceId);
    expect(await told()).toEqual([FIRST, SECOND]);
    const asked = client.requests;
    expect(await told()).toEqual([FIRST, SECOND]);
    expect(client.requests).toBe(asked + 2);
  });

  test('what is no trace id gets into no query', async () => {
    const { loki, client } = sourceOf(mixed);
    await loki.logs(WINDOW, { traceIds: ['a|.*', FIRST], limit: 5 });
    expect(JSON.stringify(client.asked)).not.toContain('a|.*');
  });
});

describe('readiness', () => {
  test('names version and address', async () => {
    const { loki } = sourceOf({ lines: [] });
    expect(await loki.ready()).toEqual({ detail: 'Loki 3.7.8 at http://loki.test', degraded: [] });
  });

  test('a Loki without the service’s label is degraded, naming the labels it has', async () => {
    const { degraded } = await sourceOf({ lines: [], labels: ['app', 'pod'] }).loki.ready();
    expect(degraded[0]).toContain('has app, pod');
  });

  test('a tenant that is missing goes through; what is no Loki is told', async () => {
    const refused = new BackendError('BACKEND_REFUSED', 'HTTP 401: no org id', {
      backend: 'loki',
      path: '/loki/api/v1/labels',
      status: 401,
    });
    await expect(
      createLoki(
        fakeClient('loki', () => refused),
        DEFAULT_NAMES,
      ).ready(),
    ).rejects.toBe(refused);
    const other = fakeClient('loki', () => ({ body: { traces: [] } }));
    await expect(createLoki(other, DEFAULT_NAMES).ready()).rejects.toMatchObject({ code: 'BACKEND_UNKNOWN' });
  });
});
