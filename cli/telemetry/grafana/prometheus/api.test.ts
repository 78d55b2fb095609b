import { describe, expect, test } from 'vitest';
import { BackendError } from '../backend-error.ts';
import type { BackendClient } from '../http.ts';
import { DEFAULT_NAMES } from '../options.ts';
import { PrometheusQuestion } from './api.ts';
import { createPrometheus } from './prometheus.ts';
import { stepOf } from './sampling.ts';
import { API_1, type Asked, asMatrix, everySecond, fakeClient, series } from './series.fixture.ts';

const question = (client: BackendClient) => new PrometheusQuestion(client, () => {});

const refusal = (reason: string, status = 422) =>
  new BackendError('BACKEND_FAILED', `HTTP ${status}: ${reason}`, {
    backend: 'prometheus',
    path: '/',
    status,
  });

const ALL = everySecond(Array.from({ length: 100 }, (_, i) => i));

/** A back end that gives at most `most` samples of `c_total` at once. */
const capped = (most: number, reason: string) =>
  fakeClient(({ path, parameters }: Asked) => {
    const to = Number(parameters.time ?? parameters.end);
    const [, ms] = /\[(\d+)ms\]/.exec(String(parameters.query)) ?? [];
    const from = path.endsWith('query') ? to - Number(ms) / 1000 : Number(parameters.start);
    const found = ALL.filter(([t]) => t >= from && t <= to);
    if (found.length > most) throw refusal(reason);
    return asMatrix([series('c_total', {}, found)]);
  });

describe('a window that is too much for the back end', () => {
  const tooMuch = [
    'exceeded maximum resolution of 11,000 points per timeseries',
    'query processing would load too many samples into memory in query execution',
    'the query exceeded the maximum number of chunks (limit: 2000000 chunks)',
  ];

  test.each(tooMuch)('is asked for in halves after “%s”', async (reason) => {
    const client = capped(40, reason);
    const found = await question(client).raw('c_total', { from: 99, to: 199 });
    expect(found).toEqual([series('c_total', {}, ALL)]);
    expect(client.asked.length).toBeGreaterThan(3);
  });

  test('of a range query too, at the same steps', async () => {
    const found = await question(capped(30, tooMuch[0]!)).stepped('c_total', { from: 99, to: 199 }, 1);
    expect(found).toEqual([series('c_total', {}, ALL)]);
  });

  test('fails when not even a short one is answered, and any other error goes through at once', async () => {
    await expect(question(capped(1, tooMuch[1]!)).raw('c_total', { from: 99, to: 199 })).rejects.toThrow(
      'too many samples',
    );
    const client = capped(1, 'parse error: unexpected character');
    await expect(question(client).raw('c_total', { from: 99, to: 199 })).rejects.toThrow('parse error');
    expect(client.asked.length).toBe(1);
  });
});

describe('how densely it is asked', () => {
  test.each([
    [600, 1, 200, null],
    [3600, 15, 200, null],
    [3600, 1, 200, 6],
    [86_400, 15, 200, 150],
    [900, 1, 30_000, 11],
  ])('%i s scraped every %i s, %i series: step %j', (seconds, cadence, count, step) => {
    expect(stepOf({ from: 1000, to: 1000 + seconds }, cadence, count)).toBe(step);
  });
});

test.each([
  null,
  [],
  {},
  { status: 'error', data: null },
  { status: 'success', data: { resultType: 'vector', result: [] } },
])('an answer that is no answer of the API, %j, is an error that says so', async (body) => {
  const client = { ...fakeClient(() => null), get: async () => ({ status: 200, body, retries: 0 }) };
  await expect(question(client).raw('up', { from: 0, to: 10 })).rejects.toMatchObject({
    code: 'BACKEND_UNKNOWN',
  });
});

test('warnings of the back end make the answer partial', async () => {
  const client: BackendClient = {
    ...fakeClient(() => null),
    get: async () => ({
      status: 200,
      body: { status: 'success', warnings: ['no store api for half of it'], data: [] },
      retries: 0,
    }),
  };
  const { query } = await createPrometheus(client, DEFAULT_NAMES).red({ from: 0, to: 10 });
  expect(query.error).toContain('no store api for half of it');
});

test('RED begins at the last scrape before the window, however long ago that was', async () => {
  const window = { from: 1000, to: 1100 };
  const count = series('http_server_request_duration_seconds_count', API_1, [
    [900, 5],
    [1050, 9],
  ]);
  const client = fakeClient(({ path, parameters }) => {
    if (path.endsWith('series')) return [count.labels];
    const query = String(parameters.query);
    return asMatrix(
      query.includes('up')
        ? [
            series('up', API_1, [
              [900, 1],
              [950, 0],
              [1000, 0],
              [1050, 1],
            ]),
          ]
        : [count],
    );
  });
  const { value, query } = await createPrometheus(client, DEFAULT_NAMES).red(window);
  expect(value[0]!.points).toMatchObject([{ t: 1050, seconds: 150, requests: 4 }]);
  expect(client.asked.at(-1)!.parameters.query).toContain('[200500ms]');
  expect(query.text).toContain('_bucket');
});
