import { expect, test } from 'vitest';
import { nowSeconds } from '../../../shared/clock.ts';
import { BackendError } from '../backend-error.ts';
import { DEFAULT_NAMES } from '../options.ts';
import { askReady } from './ready.ts';
import { type Asked, fakeClient } from './series.fixture.ts';

interface Backend {
  version?: string | null;
  features?: string | null;
  /** Seconds it is ahead. */
  clock?: number;
  collector?: Record<string, string>;
  metrics?: string[];
}

const missing = (path: string) =>
  new BackendError('BACKEND_UNKNOWN', 'HTTP 404', { backend: 'prometheus', path, status: 404 });

const answerOf =
  ({ version = '3.13.5', features = 'exemplar-storage', clock = 0, collector = {}, metrics = [] }: Backend) =>
  ({ path, parameters }: Asked): unknown => {
    if (path.endsWith('buildinfo') && version !== null) return { version };
    if (path.endsWith('flags') && features !== null) return { 'enable-feature': features };
    if (path.endsWith('series')) return metrics.map((name) => ({ __name__: name }));
    if (parameters.query === 'time()')
      return { resultType: 'scalar', result: [0, String(nowSeconds() + clock)] };
    if (path !== '/api/v1/query') throw missing(path);
    const result = Object.entries(collector).map(([name, value]) => ({
      metric: { __name__: name },
      value: [0, value],
    }));
    return { resultType: 'vector', result };
  };

const ready = (backend: Backend) => askReady(fakeClient(answerOf(backend)), DEFAULT_NAMES);

const COLLECTOR = {
  otelcol_receiver_accepted_spans_total: '40',
  otelcol_receiver_accepted_log_records_total: '2',
  otelcol_receiver_refused_spans_total: '3',
  otelcol_exporter_send_failed_log_records: '4',
};

test('a Prometheus that has all it takes is told with its version and its clock', async () => {
  const state = await ready({ collector: COLLECTOR, features: 'other,exemplar-storage' });
  expect(state).toMatchObject({
    detail: 'Prometheus 3.13.5 at http://127.0.0.1:9090/',
    degraded: [],
  });
  expect(state.clockOffset).toBe(0);
});

test.each([
  ['no exemplar storage', { features: '' }, /stores no exemplars.*TraceQL/],
  ['no collector', { collector: {} }, /no OpenTelemetry collector/],
  [
    'native histograms only',
    { metrics: ['http_server_request_duration_seconds'] },
    /http_server_request_duration_seconds is there as a native histogram only/,
  ],
])('with %s it says so', async (_what, lack, sentence) => {
  const { degraded } = await ready({ collector: COLLECTOR, ...lack });
  expect(degraded).toHaveLength(1);
  expect(degraded[0]).toMatch(sentence);
});

test('native histograms beside classic ones are no lack', async () => {
  const metrics = ['http_server_request_duration_seconds', 'http_server_request_duration_seconds_count'];
  expect((await ready({ collector: COLLECTOR, metrics })).degraded).toEqual([]);
});

test('a back end that only speaks the query API is one too, and claims nothing of what cannot be asked', async () => {
  const { detail, degraded } = await ready({ version: null, features: null, collector: COLLECTOR });
  expect(detail).toContain('unknown version');
  expect(degraded).toEqual([]);
});

test('how far its clock is off is told', async () => {
  expect((await ready({ clock: 60 })).clockOffset).toBeCloseTo(60, 0);
  expect((await ready({ clock: -60 })).clockOffset).toBeCloseTo(-60, 0);
});

test('something else at the address is an error', async () => {
  const client = fakeClient(({ path }) => {
    throw missing(path);
  });
  await expect(askReady(client, DEFAULT_NAMES)).rejects.toMatchObject({ code: 'BACKEND_UNKNOWN' });
});
