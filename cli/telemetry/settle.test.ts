import { expect, test } from 'vitest';
import type { Log, RedSeries } from '../../reports/record/evidence.ts';
import { nowSeconds } from '../shared/clock.ts';
import { answer, fakeSource, fakeTraceId } from './fake-telemetry-source.fixture.ts';
import { settle } from './settle.ts';

const traces = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ traceId: fakeTraceId(i + 1), end: 100 + i, answered: true }));

const line = (traceId: string): Log => ({
  ...{
    time: 1,
    service: 'api',
    instance: 'api-1',
    severity: 'info',
    body: 'x',
    spanId: null,
    attributes: {},
  },
  traceId,
});

const red: RedSeries = {
  ...{ service: 'api', instance: 'api-1', route: '/', method: 'GET', bounds: [] },
  points: [{ t: 1, seconds: 1, requests: 1, errors: 0, durationSum: 0, buckets: [1] }],
};

const scrapedAt = (instance: string, t: number): RedSeries => ({
  ...red,
  instance,
  points: red.points.map((point) => ({ ...point, t })),
});

test('waits until the last requests show in traces, logs and metrics, and tells how long each took', async () => {
  let asked = 0;
  const source = fakeSource({
    missing: async (ids) => answer(++asked < 3 ? ids : []),
    logs: async (_window, { traceIds }) => answer((traceIds ?? []).map(line)),
    red: async () => answer([scrapedAt('api-1', nowSeconds())]),
  });
  const loadEndedAt = nowSeconds() - 2;
  const settled = await settle(source, {
    clientTraces: traces(50),
    loadEndedAt,
    timeoutSeconds: 5,
    every: 0.001,
  });
  expect(asked).toBe(3);
  expect(settled.missing).toEqual({ traces: [], logs: [], metric: false });
  for (const lag of Object.values(settled.ingestionLagSeconds)) expect(lag).toBeGreaterThanOrEqual(2);
});

test('asks for the last requests that got any answer, and leaves the client out of account', async () => {
  const asked: unknown[] = [];
  const source = fakeSource({
    missing: async (ids, except) => {
      asked.push(ids.length, ids[0], except);
      return answer([]);
    },
  });
  const sent = traces(50).map((trace, i) => ({ ...trace, failed: i >= 20, answered: i !== 49 }));
  const options = { clientTraces: sent, loadEndedAt: 1, timeoutSeconds: 0, clientService: 'load' };
  await settle(source, options);
  expect(asked).toEqual([10, fakeTraceId(49), 'load']);
});

test('what never comes is null and named, and the wait ends', async () => {
  const source = fakeSource({
    missing: async (ids) => answer(ids),
    logs: async () => {
      throw new Error('no answer');
    },
  });
  const settled = await settle(source, {
    clientTraces: traces(1),
    loadEndedAt: 1,
    timeoutSeconds: 0.02,
    every: 0.001,
  });
  expect(settled).toEqual({
    ingestionLagSeconds: { trace: null, log: null, metric: null },
    missing: { traces: [fakeTraceId(1)], logs: [fakeTraceId(1)], metric: true },
    settle: { seconds: expect.any(Number), sought: 1, traces: 1, logs: 1, metric: true, error: 'no answer' },
  });
});

test('back ends are asked of the time in which the last requests lie, and only for what is still missing', async () => {
  const asked: [string[], unknown][] = [];
  const source = fakeSource({
    missing: async (ids, _except, within) => {
      asked.push([ids, within]);
      return answer(asked.length === 1 ? ids.slice(0, 2) : []);
    },
  });
  const options = { clientTraces: traces(50), loadEndedAt: 150, timeoutSeconds: 1, every: 0.001 };
  await settle(source, { ...options, timeoutSeconds: 0.05 });
  const last = Array.from({ length: 10 }, (_, i) => fakeTraceId(50 - i));
  expect(asked.map(([ids]) => ids)).toEqual([last, last.slice(0, 2)]);
  for (const [, within] of asked) expect(within).toEqual({ from: 80, to: expect.any(Number) });
});

test('waits for a scrape of each instance that was living when the load ended', async () => {
  const metricMissing = async (...series: RedSeries[]) => {
    const source = fakeSource({ red: async () => answer(series) });
    const options = { clientTraces: [], loadEndedAt: 100, timeoutSeconds: 0, entryService: 'api' };
    return (await settle(source, options)).missing.metric;
  };
  expect(await metricMissing(scrapedAt('api-1', 100.4), scrapedAt('api-2', 99.6))).toBe(true);
  expect(await metricMissing(scrapedAt('api-1', 100.4), scrapedAt('api-2', 100.6))).toBe(false);
});

test('a metric of another service does not count', async () => {
  const source = fakeSource({ red: async () => answer([{ ...red, service: 'inventory' }]) });
  const options = { clientTraces: [], loadEndedAt: 1, timeoutSeconds: 0, entryService: 'api' };
  expect((await settle(source, options)).missing.metric).toBe(true);
});

test('back ends that hang hold up neither the end of the wait nor an interrupt', async () => {
  const source = fakeSource({ missing: () => new Promise(() => undefined) });
  const options = { clientTraces: traces(1), loadEndedAt: 1, timeoutSeconds: 0.02 };
  const { settle: told } = await settle(source, options);
  expect(told).toMatchObject({ traces: 1, error: expect.stringContaining('no answer') });
  const stop = new AbortController();
  const waiting = settle(source, { ...options, timeoutSeconds: 3600, signal: stop.signal });
  stop.abort(new Error('stop'));
  await expect(waiting).rejects.toThrow('stop');
});

test('can be interrupted', async () => {
  const source = fakeSource({ missing: async (ids) => answer(ids) });
  const signal = AbortSignal.abort(new Error('stop'));
  const options = { clientTraces: traces(1), loadEndedAt: 1, timeoutSeconds: 60, signal };
  await expect(settle(source, options)).rejects.toThrow('stop');
});
