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

test('waits until the last requests show in traces, logs and metrics, and tells how long each took', async () => {
  let asked = 0;
  const source = fakeSource({
    missing: async (ids) => answer(++asked < 3 ? ids : []),
    logs: async (_window, { traceIds }) => answer((traceIds ?? []).map(line)),
    red: async () => answer([red]),
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
    error: 'no answer',
  });
});

test('a metric of another service does not count', async () => {
  const source = fakeSource({ red: async () => answer([{ ...red, service: 'inventory' }]) });
  const options = { clientTraces: [], loadEndedAt: 1, timeoutSeconds: 0, entryService: 'api' };
  expect((await settle(source, options)).missing.metric).toBe(true);
});

test('can be interrupted', async () => {
  const source = fakeSource({ missing: async (ids) => answer(ids) });
  const signal = AbortSignal.abort(new Error('stop'));
  const options = { clientTraces: traces(1), loadEndedAt: 1, timeoutSeconds: 60, signal };
  await expect(settle(source, options)).rejects.toThrow('stop');
});
