import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exemplarSchema } from '../../../../reports/record/evidence.ts';
import { DEFAULT_NAMES } from '../options.ts';
import { exemplarsOf, parseExemplars } from './exemplars.ts';
import { type Labels, MalformedAnswer } from './matrix.ts';
import { API_1 } from './series.fixture.ts';

const WINDOW = { from: 100, to: 200 };
const BUCKET = 'http_server_request_duration_seconds_bucket';
const id = (n: number, digits = 32) => n.toString(16).padStart(digits, '0');

const http = (metric: string, labels: Labels = {}): Labels => ({
  ...{ __name__: metric, ...API_1, http_route: '/orders', http_request_method: 'POST' },
  ...{ http_response_status_code: '503', ...labels },
});

const one = (labels: Labels, value: unknown = '0.25', timestamp: unknown = 150.5) => ({
  labels,
  value,
  timestamp,
});
const of = (seriesLabels: Labels, ...exemplars: unknown[]) => ({ seriesLabels, exemplars });
const read = (...data: unknown[]) => exemplarsOf(data, DEFAULT_NAMES, WINDOW);

test('one of a duration and one of a failure', () => {
  const found = read(
    of(http(BUCKET, { le: '0.5' }), one({ trace_id: id(7), span_id: id(8, 16) })),
    of(http('http_server_request_errors_total'), one({ trace_id: id(7), span_id: id(8, 16) }, '1')),
  );
  for (const exemplar of found) exemplarSchema.parse(exemplar);
  const common = {
    ...{ time: 150.5, traceId: id(7), spanId: id(8, 16), service: 'api', instance: 'api-1' },
    ...{ route: '/orders', method: 'POST', status: 503, origin: 'metric' },
  };
  expect(found).toEqual([
    { ...common, metric: 'http_server_request_duration_seconds', kind: 'duration', value: 0.25 },
    { ...common, metric: 'http_server_request_errors_total', kind: 'error', value: 1 },
  ]);
});

test('the same one in every bucket comes once; the window is half open', () => {
  const same = one({ trace_id: id(1) });
  const found = read(
    of(
      http(BUCKET, { le: '0.5' }),
      same,
      one({ trace_id: id(2) }, '1', 200),
      one({ trace_id: id(3) }, '1', 99),
    ),
    of(http(BUCKET, { le: '1' }), same, one({ trace_id: id(4) }, '1', 100)),
  );
  expect(found.map(({ traceId }) => traceId)).toEqual([id(4), id(1)]);
});

test('ids are known under their usual labels; what names no trace is left out', () => {
  const labels: Labels[] = [
    { traceID: id(1), spanID: id(9, 16) },
    { traceId: id(2).toUpperCase() },
    { trace_id: id(3, 16) },
    { trace_id: 'x'.repeat(32) },
    { request: id(4) },
  ];
  const found = read(of(http(BUCKET), ...labels.map((l) => one(l))));
  expect(found.map(({ traceId, spanId }) => [traceId, spanId])).toEqual([
    [id(1), id(9, 16)],
    [id(2), null],
    [id(3), null],
  ]);
});

test('those of a job have its queue; those of spans stand in only where a service has none of its own', () => {
  const spans = (service: string) => ({
    ...{ __name__: 'traces_span_metrics_duration_milliseconds_bucket', service_name: service },
    ...{ span_kind: 'SPAN_KIND_SERVER', span_name: 'GET /a', status_code: 'STATUS_CODE_ERROR' },
  });
  const found = read(
    of({ __name__: 'job_duration_seconds_bucket', ...API_1, queue: 'orders' }, one({ trace_id: id(1) })),
    of(spans('api'), one({ trace_id: id(2) }, '40')),
    of(spans('cart'), one({ trace_id: id(3) }, '40')),
  );
  expect(found.map(({ service, route, value, status }) => [service, route, value, status])).toEqual([
    ['api', 'orders', 0.25, null],
    ['cart', 'GET /a', 0.04, null],
  ]);
});

test('NaN and infinities are no exemplars', () => {
  expect(read(of(http(BUCKET), ...['NaN', '+Inf', '-Inf'].map((v) => one({ trace_id: id(1) }, v))))).toEqual(
    [],
  );
});

test('whatever else was sent is a malformed answer', () => {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.array(fc.record({ seriesLabels: fc.jsonValue(), exemplars: fc.jsonValue() })),
    fc.array(fc.record({ seriesLabels: fc.constant({}), exemplars: fc.array(fc.jsonValue()) })),
  );
  fc.assert(
    fc.property(odd, (data) => {
      try {
        parseExemplars(data);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedAnswer);
      }
    }),
    { numRuns: 500 },
  );
});
