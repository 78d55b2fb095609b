import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nowSeconds } from '../../cli/shared/clock.ts';
import { pollUntil } from '../../cli/shared/retry.ts';
import { createBackendClient } from '../../cli/telemetry/grafana/http-client.ts';
import { createLoki } from '../../cli/telemetry/grafana/loki/loki.ts';
import { DEFAULT_NAMES } from '../../cli/telemetry/grafana/options.ts';
import { createTempo } from '../../cli/telemetry/grafana/tempo/tempo.ts';
import { requestsOf, sendInParts } from '../support/many-requests.ts';
import { RealBackends } from '../support/real-backends.ts';

const COUNT = 3000;
const SECONDS = 120;

let backends: RealBackends;
const from = nowSeconds() - SECONDS - 20;
const requests = requestsOf(COUNT, from, SECONDS);
const WINDOW = { from: from - 1, to: from + SECONDS + 5 };
const ids = requests.map(({ traceId }) => traceId);
const failed = requests.filter((request) => request.failed);

const tempoClient = () => createBackendClient('tempo', { url: backends.urls.tempo });
const lokiClient = () => createBackendClient('loki', { url: backends.urls.loki });

beforeAll(async () => {
  backends = await RealBackends.start();
  await sendInParts(backends.otlpUrl, requests);
  const tempo = createTempo(tempoClient(), DEFAULT_NAMES);
  const loki = createLoki(lokiClient(), DEFAULT_NAMES);
  const seen = await pollUntil(
    async () => {
      const missing = (await tempo.missing(ids, 'load', WINDOW)).value.length;
      const own = (await tempo.missing(ids, 'api', WINDOW)).value.length;
      const lines = (await loki.logs(WINDOW, { limit: COUNT * 2 })).value.length;
      return missing + own === 0 && lines >= COUNT ? true : undefined;
    },
    { timeout: 60, every: 0.5 },
  );
  expect(seen).toBe(true);
}, 120_000);
afterAll(() => backends?.stop(), 60_000);

describe('Tempo', () => {
  test('ready names its version', async () => {
    const { detail } = await createTempo(tempoClient(), DEFAULT_NAMES).ready();
    expect(detail).toMatch(/^Tempo 2\.\d/);
  });

  test('thousands of ids are looked for with few requests, and those that never came are named', async () => {
    const client = tempoClient();
    const lost = Array.from({ length: 30 }, () => randomBytes(16).toString('hex'));
    const { value, query } = await createTempo(client, DEFAULT_NAMES).missing(
      [...ids, ...lost],
      'load',
      WINDOW,
    );
    expect([...value].sort()).toEqual([...lost].sort());
    expect(query.error).toBeNull();
    expect(client.requests).toBeLessThan(80);
  });

  test('the spans of a service that came apart from the others are summed up with them', async () => {
    const client = tempoClient();
    const { value } = await createTempo(client, DEFAULT_NAMES).searchTraces(WINDOW, {
      error: true,
      limit: 50,
    });
    const oldest = failed.slice(0, 50).map(({ traceId }) => traceId);
    expect(value.map(({ traceId }) => traceId)).toEqual(oldest);
    for (const { spans, errors, services, rootService } of value)
      expect({ spans, errors, services, rootService }).toEqual({
        spans: 4,
        errors: 2,
        services: ['api', 'inventory', 'load'],
        rootService: 'load',
      });
    expect(client.requests).toBeLessThan(8);
  });

  test('all failures are found, and none is made up', async () => {
    const { searchTraces } = createTempo(tempoClient(), DEFAULT_NAMES);
    const bad = await searchTraces(WINDOW, { error: true, service: 'inventory', limit: COUNT });
    expect(bad.value.map(({ traceId }) => traceId).sort()).toEqual(
      failed.map(({ traceId }) => traceId).sort(),
    );
    expect(bad.query.truncated).toBe(false);
    const good = await searchTraces(WINDOW, { error: false, limit: 40 });
    expect(good.value.map(({ traceId }) => traceId)).toEqual(
      requests
        .filter((request) => !request.failed)
        .slice(0, 40)
        .map(({ traceId }) => traceId),
    );
  });

  test('the slowest come first', async () => {
    const { searchTraces } = createTempo(tempoClient(), DEFAULT_NAMES);
    const { value, query } = await searchTraces(WINDOW, { minDuration: 0.5, service: 'api', limit: 20 });
    const slow = requests.filter(({ duration }) => duration >= 0.5).sort((a, b) => b.duration - a.duration);
    expect(value.map(({ traceId }) => traceId)).toEqual(slow.slice(0, 20).map(({ traceId }) => traceId));
    expect(query.truncated).toBe(slow.length > 20);
  });

  test('server spans are counted exactly, by the time they ended', async () => {
    const { serverSpanCounts } = createTempo(tempoClient(), DEFAULT_NAMES);
    const half = { from: from + 30, to: from + 60 };
    for (const window of [WINDOW, half]) {
      const { value } = await serverSpanCounts(window, 'api');
      const ended = requests.filter(({ served }) => served >= window.from && served < window.to);
      const routes = [...new Set(ended.map(({ route }) => route))].sort();
      expect(value).toEqual(
        routes.map((route) => ({
          route,
          method: 'GET',
          spans: ended.filter((request) => request.route === route).length,
        })),
      );
    }
  });
});

describe('Loki', () => {
  test('ready names its version', async () => {
    const { detail, degraded } = await createLoki(lokiClient(), DEFAULT_NAMES).ready();
    expect(detail).toMatch(/^Loki 3\.\d/);
    expect(degraded).toEqual([]);
  });

  test('more lines than the server gives at once come page by page, in order', async () => {
    const client = lokiClient();
    const { value, query } = await createLoki(client, DEFAULT_NAMES).logs(WINDOW, { limit: 10_000 });
    expect(value.length).toBe(requests.reduce((sum, { lines }) => sum + lines, 0));
    expect(value.length).toBeGreaterThan(5000);
    expect(query.truncated).toBe(false);
    expect(value.every(({ time }, i) => i === 0 || time >= value[i - 1]!.time)).toBe(true);
  });

  test('the lines of hundreds of traces, and no others', async () => {
    const { logs } = createLoki(lokiClient(), DEFAULT_NAMES);
    const wanted = ids.slice(0, 400);
    const { value } = await logs(WINDOW, { traceIds: wanted, limit: 10_000 });
    expect(new Set(value.map(({ traceId }) => traceId))).toEqual(new Set(wanted));
    expect(value.length).toBe(requests.slice(0, 400).reduce((sum, { lines }) => sum + lines, 0));
  });

  test('severities from warn on, by number', async () => {
    const { value } = await createLoki(lokiClient(), DEFAULT_NAMES).logs(WINDOW, {
      minSeverity: 'warn',
      limit: 10_000,
    });
    expect(value.length).toBe(failed.length);
    expect(new Set(value.map(({ severity }) => severity))).toEqual(new Set(['error']));
  });
});

describe('addresses that are something else', () => {
  test('Loki taken for Tempo, and Tempo for Loki', async () => {
    const swapped = createTempo(createBackendClient('tempo', { url: backends.urls.loki }), DEFAULT_NAMES);
    await expect(swapped.ready()).rejects.toMatchObject({ code: 'BACKEND_UNKNOWN' });
    const other = createLoki(createBackendClient('loki', { url: backends.urls.tempo }), DEFAULT_NAMES);
    await expect(other.ready()).rejects.toMatchObject({ code: 'BACKEND_UNKNOWN' });
  });
});
