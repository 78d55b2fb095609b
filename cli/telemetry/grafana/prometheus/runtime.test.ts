import { describe, expect, test } from 'vitest';
import { type RuntimeSeries, runtimeSeriesSchema } from '../../../../reports/record/evidence.ts';
import { DEFAULT_NAMES } from '../options.ts';
import type { Labels, Series } from './matrix.ts';
import { pipelineTotals } from './pipeline-metrics.ts';
import { runtimeOf } from './runtime.ts';
import { API_1, everySecond, series } from './series.fixture.ts';
import { targetsOf } from './targets.ts';

const WINDOW = { from: 101, to: 200 };

const runtime = (all: Series[]): RuntimeSeries[] => {
  const value = runtimeOf(targetsOf(all), DEFAULT_NAMES, WINDOW);
  for (const one of value) runtimeSeriesSchema.parse(one);
  return value;
};

const up = series('up', API_1, everySecond([1, 1, 0, 1]));
const pushed: Labels = { job: 'shop/api', instance: 'api-1' };
const named = (all: RuntimeSeries[], name: string) => all.filter((one) => one.name === name);

test('values, rates and means, each with its unit, for what lies in the window', () => {
  const value = runtime([
    up,
    series('process_cpu_seconds_total', API_1, everySecond([1, 1.5, null, 2.5])),
    series('queue_depth', { ...API_1, queue: 'orders' }, everySecond([1, 2, null, 4])),
    series('job_duration_seconds_sum', { ...API_1, queue: 'orders' }, everySecond([1, 3, null, 3])),
    series('job_duration_seconds_count', { ...API_1, queue: 'orders' }, everySecond([10, 14, null, 14])),
  ]);
  const identity = { service: 'api', instance: 'api-1' };
  const queue = { queue: 'orders' };
  expect(value).toEqual([
    { name: 'job.duration.mean', unit: 's', ...identity, labels: queue, points: [[101, 0.5]] },
    {
      name: 'job.rate',
      unit: '{job}/s',
      ...identity,
      labels: queue,
      points: [
        [101, 4],
        [103, 0],
      ],
    },
    {
      name: 'process.cpu.utilization',
      unit: 'cores',
      ...identity,
      labels: {},
      points: [
        [101, 0.5],
        [103, 0.5],
      ],
    },
    {
      name: 'queue.depth',
      unit: '{job}',
      ...identity,
      labels: queue,
      points: [
        [101, 2],
        [103, 4],
      ],
    },
    {
      name: 'up',
      unit: '1',
      ...identity,
      labels: {},
      points: [
        [101, 1],
        [102, 0],
        [103, 1],
      ],
    },
  ]);
});

test('series that differ in labels that do not stay are added up, and NaN is passed over', () => {
  const cache = (result: string, operation: string, values: number[]) =>
    series('cache_requests_total', { ...API_1, backend: 'redis', result, operation }, everySecond(values));
  const value = runtime([
    cache('hit', 'get', [0, 2]),
    cache('hit', 'mget', [0, 3]),
    cache('miss', 'get', [0, 7]),
    series('queue_depth', API_1, everySecond([0, Number.NaN])),
  ]);
  expect(value.map(({ name, labels, points }) => [name, labels, points])).toEqual([
    ['cache.hit.rate', { backend: 'redis' }, [[101, 5]]],
    ['cache.miss.rate', { backend: 'redis' }, [[101, 7]]],
  ]);
});

describe('names that SDKs push', () => {
  test('stand in: heap spaces are added up, CPU states too', () => {
    const heap = (space: string, bytes: number) =>
      series(
        'v8js_memory_heap_used_bytes',
        { ...pushed, v8js_heap_space_name: space },
        everySecond([0, bytes]),
      );
    const cpu = (state: string, seconds: number) =>
      series(
        'process_cpu_time_seconds_total',
        { ...pushed, process_cpu_state: state },
        everySecond([0, seconds]),
      );
    const value = runtime([heap('new', 10), heap('old', 30), cpu('user', 0.5), cpu('system', 0.25)]);
    expect(value.map(({ name, service, points }) => [name, service, points])).toEqual([
      ['process.cpu.utilization', 'api', [[101, 0.75]]],
      ['v8js.memory.heap.used', 'api', [[101, 40]]],
    ]);
  });

  test('count for nothing where the instance is scraped for the same', () => {
    const value = runtime([
      up,
      series('nodejs_heap_size_used_bytes', API_1, everySecond([5, 5])),
      series('v8js_memory_heap_used_bytes', pushed, everySecond([7, 7, 7, 7])),
      series('db_client_connection_pending_requests', API_1, everySecond([1, 1])),
      series('db_client_connection_pending_requests', pushed, everySecond([1, 1, 1, 1])),
    ]);
    expect(named(value, 'v8js.memory.heap.used').map(({ points }) => points)).toEqual([[[101, 5]]]);
    expect(named(value, 'db.client.connection.pending_requests').map(({ points }) => points)).toEqual([
      [[101, 1]],
    ]);
  });
});

test('what a scraped process pushes under the same labels is no scrape of it', () => {
  const value = runtime([
    up,
    series('process_cpu_seconds_total', API_1, everySecond([1, 1.5, null, 2.5])),
    series('v8js_gc_duration_seconds_sum', API_1, [
      [100.4, 0],
      [102.4, 1],
    ]),
  ]);
  expect(named(value, 'process.cpu.utilization').map(({ points }) => points)).toEqual([
    [
      [101, 0.5],
      [103, 0.5],
    ],
  ]);
  expect(named(value, 'v8js.gc.duration').map(({ points }) => points)).toEqual([[[102.4, 0.5]]]);
});

describe("the collector's own metrics", () => {
  const own: Labels = {
    job: 'telemetry',
    instance: '127.0.0.1:2',
    service_name: 'otelcol',
    service_instance_id: 'otelcol',
  };
  const collector = (name: string, labels: Labels, values: number[]) =>
    series(name, { ...own, ...labels }, everySecond(values));

  test('become rates by signal: received, dropped between in and out, failed; and the queue', () => {
    const value = runtime([
      collector('otelcol_receiver_accepted_spans', { receiver: 'otlp', transport: 'http' }, [0, 40, 90]),
      collector('otelcol_receiver_accepted_spans', { receiver: 'otlp', transport: 'grpc' }, [0, 2, 2]),
      collector('otelcol_receiver_accepted_log_records_total', { receiver: 'otlp' }, [0, 5, 5]),
      collector('otelcol_processor_incoming_items', { processor: 'filter', otel_signal: 'logs' }, [0, 5, 15]),
      collector('otelcol_processor_outgoing_items', { processor: 'filter', otel_signal: 'logs' }, [0, 5, 7]),
      collector('otelcol_exporter_send_failed_spans', { exporter: 'a' }, [0, 0, 3]),
      collector('otelcol_exporter_queue_size', { exporter: 'a', data_type: 'traces' }, [0, 1, 4]),
      collector('otelcol_exporter_queue_size', { exporter: 'b', data_type: 'traces' }, [0, 1, 1]),
    ]);
    expect(value.map(({ name, labels, service, points }) => [name, labels.signal, service, points])).toEqual([
      [
        'telemetry.dropped.rate',
        'logs',
        'otelcol',
        [
          [101, 0],
          [102, 8],
        ],
      ],
      [
        'telemetry.export.failed.rate',
        'traces',
        'otelcol',
        [
          [101, 0],
          [102, 3],
        ],
      ],
      [
        'telemetry.export.queue',
        'traces',
        'otelcol',
        [
          [101, 2],
          [102, 5],
        ],
      ],
      [
        'telemetry.received.rate',
        'logs',
        'otelcol',
        [
          [101, 5],
          [102, 0],
        ],
      ],
      [
        'telemetry.received.rate',
        'traces',
        'otelcol',
        [
          [101, 42],
          [102, 50],
        ],
      ],
    ]);
  });

  test('take nothing for dropped that a processor refused, for it is sent again', () => {
    const limiter = { processor: 'memory_limiter' };
    const traces = { ...limiter, otel_signal: 'traces' };
    const [dropped] = runtime([
      collector('otelcol_processor_incoming_items', traces, [0, 50, 150]),
      collector('otelcol_processor_outgoing_items', traces, [0, 50, 50]),
      collector('otelcol_processor_memory_limiter_refused_spans_total', limiter, [0, 0, 90]),
    ]);
    expect(dropped).toMatchObject({
      name: 'telemetry.dropped.rate',
      points: [
        [101, 0],
        [102, 10],
      ],
    });
  });

  test('a queue that drains is no restart of the collector', () => {
    const value = runtime([
      series('up', own, everySecond([1, 1, 1, 1])),
      collector('otelcol_receiver_accepted_spans', { receiver: 'otlp' }, [10_000, 10_050, 10_100, 10_150]),
      collector('otelcol_exporter_queue_size', { exporter: 'a', data_type: 'traces' }, [0, 1, 0, 1]),
    ]);
    expect(named(value, 'telemetry.received.rate').map(({ points }) => points)).toEqual([
      [
        [101, 50],
        [102, 50],
        [103, 50],
      ],
    ]);
  });

  test('adds up to what was counted in the window, not before', () => {
    const targets = targetsOf([
      collector('otelcol_receiver_accepted_spans', { receiver: 'otlp' }, [500, 540, 590]),
      collector('otelcol_receiver_refused_spans', { receiver: 'otlp' }, [7, 7, 9]),
      collector('otelcol_exporter_send_failed_spans', { exporter: 'a' }, [123_456, 123_456, 123_457]),
    ]);
    expect(pipelineTotals(targets, WINDOW)).toEqual({ accepted: 90, refused: 2, rejected: 1 });
    expect(pipelineTotals(targetsOf([up]), WINDOW)).toBeNull();
  });
});
