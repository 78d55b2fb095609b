import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RedSeries, redSeriesSchema } from '../../../../reports/record/evidence.ts';
import { DEFAULT_NAMES } from '../options.ts';
import type { Histograms } from './histograms.ts';
import type { Labels, Series } from './matrix.ts';
import { redOf } from './red.ts';
import { API_1, everySecond, series } from './series.fixture.ts';
import { targetsOf } from './targets.ts';

const H = 'http_server_request_duration_seconds';
const WINDOW = { from: 100, to: 200 };

const using = (byService: Record<string, string>): Histograms => ({
  byService: new Map(Object.entries(byService)),
  jobs: [],
  count: 1,
});

const red = (all: Series[], histograms = using({ api: H }), window = WINDOW): RedSeries[] => {
  const value = redOf(targetsOf(all), histograms, window, DEFAULT_NAMES);
  for (const one of value) redSeriesSchema.parse(one);
  return value;
};

const http = (status: string, labels: Labels = API_1): Labels => ({
  ...labels,
  http_route: '/orders',
  http_request_method: 'POST',
  http_response_status_code: status,
});

/** A histogram's series: cumulative counts by bound, every second; the sum is half the count. */
const histogram = (labels: Labels, counts: Record<string, (number | null)[]>, name = H): Series[] => {
  const all = counts['+Inf']!;
  return [
    ...Object.entries(counts).map(([le, values]) =>
      series(`${name}_bucket`, { ...labels, le }, everySecond(values)),
    ),
    series(`${name}_count`, labels, everySecond(all)),
    series(`${name}_sum`, labels, everySecond(all.map((v) => (v === null ? null : v / 2)))),
  ];
};

const up = series('up', API_1, everySecond([1, 1, 1, 1]));

test('counts per interval and bucket, all statuses together, those of failures apart', () => {
  const value = red([
    up,
    ...histogram(http('200'), { '+Inf': [10, 14, 20, 20], '0.5': [9, 12, 18, 18], '0.1': [5, 6, 9, 9] }),
    ...histogram(http('503'), { '0.1': [null, 0, 0, 0], '0.5': [null, 1, 1, 1], '+Inf': [null, 1, 3, 3] }),
    ...histogram(http('499'), { '0.1': [1, 1, 1, 2], '0.5': [1, 1, 1, 2], '+Inf': [1, 1, 1, 2] }),
    ...histogram(http('404'), { '0.1': [0, 0, 0, 1], '0.5': [0, 0, 0, 1], '+Inf': [0, 0, 0, 1] }),
  ]);
  expect(value).toEqual([
    {
      ...{ service: 'api', instance: 'api-1', route: '/orders', method: 'POST', bounds: [0.1, 0.5] },
      points: [
        { t: 101, seconds: 1, requests: 5, errors: 1, durationSum: 2.5, buckets: [1, 3, 1] },
        { t: 102, seconds: 1, requests: 8, errors: 2, durationSum: 4, buckets: [3, 3, 2] },
        { t: 103, seconds: 1, requests: 2, errors: 1, durationSum: 1, buckets: [2, 0, 0] },
      ],
    },
  ]);
});

test('an interval over a missed scrape is as long as it was, and the window is half open', () => {
  const all = [
    series('up', API_1, everySecond([1, 0, 0, 1])),
    ...histogram(http('200'), { '+Inf': [10, null, null, 40] }),
  ];
  expect(red(all)[0]!.points).toMatchObject([{ t: 103, seconds: 3, requests: 30 }]);
  expect(red(all, using({ api: H }), { from: 100, to: 103 })).toEqual([]);
  expect(red(all, using({ api: H }), { from: 103, to: 104 })[0]!.points.length).toBe(1);
});

describe('nothing is counted twice', () => {
  test('an instance that two jobs or two copies of Prometheus scrape', () => {
    const own = histogram(http('200'), { '+Inf': [0, 5, 9] });
    const again = histogram(http('200', { ...API_1, job: 'annotated' }), { '+Inf': [null, 5, 9] });
    const copy = histogram(http('200', { ...API_1, prometheus_replica: 'b' }), { '+Inf': [0, 5, 9] });
    for (const all of [
      [...own, ...again],
      [...again, ...own],
      [...own, ...copy],
    ])
      expect(red(all)[0]!.points.map(({ requests }) => requests)).toEqual([5, 4]);
  });

  test('a service that also has another histogram', () => {
    const spans = histogram(
      { ...API_1, span_kind: 'SPAN_KIND_SERVER' },
      { '+Inf': [0, 5] },
      'traces_span_metrics_duration_seconds',
    );
    expect(red([...histogram(http('200'), { '+Inf': [0, 5] }), ...spans]).length).toBe(1);
  });
});

test('span metrics: failed by status code, else by span status; the route of a span without one is its name', () => {
  const name = 'traces_span_metrics_duration_milliseconds';
  const labels = { job: 'shop/cart', instance: 'cart-1', span_kind: 'SPAN_KIND_SERVER', span_name: 'GET /a' };
  const value = red(
    [
      ...histogram(
        { ...labels, status_code: 'STATUS_CODE_UNSET' },
        { '100': [0, 3], '2500': [0, 4], '+Inf': [0, 4] },
        name,
      ),
      ...histogram(
        { ...labels, status_code: 'STATUS_CODE_ERROR' },
        { '100': [0, 0], '2500': [0, 2], '+Inf': [0, 2] },
        name,
      ),
      ...histogram(
        { ...labels, status_code: 'STATUS_CODE_ERROR', http_response_status_code: '404' },
        { '+Inf': [0, 1] },
        name,
      ),
    ],
    using({ cart: name }),
  );
  expect(value).toMatchObject([{ service: 'cart', instance: 'cart-1', route: 'GET /a', bounds: [0.1, 2.5] }]);
  expect(value[0]!.points).toMatchObject([{ requests: 7, errors: 2 }]);
  expect(value[0]!.points[0]!.durationSum).toBeCloseTo(0.0035);
});

test('the order in which Prometheus names its series changes nothing', () => {
  const all = [
    up,
    ...histogram(http('200'), { '0.1': [5, 6, 9], '+Inf': [10, 14, 20] }),
    ...histogram(http('500'), { '0.1': [0, 0, 1], '+Inf': [null, 1, 3] }),
    ...histogram(http('200', { ...API_1, job: 'twice' }), { '0.1': [5, 6, 9], '+Inf': [10, 14, 20] }),
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (some) => {
      expect(red(some)).toEqual(red(all));
    }),
  );
});
