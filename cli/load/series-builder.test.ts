import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClientPoint, HISTOGRAM_GAMMA } from '../../reports/record/evidence.ts';
import { bucketOf } from './histogram.ts';
import type { LogicalSample, Sample } from './k6-samples.ts';
import { quantile } from './quantile.ts';
import { SeriesBuilder } from './series-builder.ts';

const logical = (end: number, duration: number, more: Partial<LogicalSample> = {}): Sample => ({
  kind: 'logical',
  end,
  duration,
  operation: 'GET /a',
  failed: false,
  attempts: 1,
  status: 200,
  error: '',
  traceId: '',
  spanId: '',
  ...more,
});

const attempt = (end: number, failed: boolean, operation = 'GET /a'): Sample => ({
  kind: 'attempt',
  end,
  duration: 0.1,
  operation,
  method: 'GET',
  status: failed ? 503 : 200,
  failed,
  error: '',
  span: null,
});

const seriesOf = (samples: Sample[]) => {
  const builder = new SeriesBuilder();
  for (const sample of samples) builder.add(sample);
  return { ...builder.series(), totals: builder.totals };
};

describe('the series', () => {
  it('has so many operations and no more: the rest share one', () => {
    const { operations, overall } = seriesOf(
      Array.from({ length: 500 }, (_, n) => logical(10, 0.1, { operation: `GET /things/${n}` })),
    );
    expect(operations).toHaveLength(201);
    const others = operations.find(({ operation }) => operation === 'others');
    expect(others?.points[0]?.requests).toBe(300);
    expect(overall[0]?.requests).toBe(500);
  });

  it('counts each request and attempt in the second in which it ended', () => {
    const { overall, totals } = seriesOf([
      attempt(10.2, true),
      attempt(11.1, false),
      logical(11.1, 0.9),
      attempt(11.5, true),
      logical(11.5, 0.3, { failed: true, attempts: 3 }),
      { kind: 'dropped', time: 11.9, value: 3 },
    ]);
    expect(overall).toMatchObject([
      {
        t: 10,
        seconds: 1,
        requests: 0,
        failures: 0,
        attempts: 1,
        requestAttempts: 0,
        attemptFailures: 1,
        p50: null,
        p99: null,
      },
      {
        t: 11,
        requests: 2,
        failures: 1,
        attempts: 2,
        requestAttempts: 4,
        attemptFailures: 1,
        droppedIterations: 3,
      },
    ]);
    expect(overall[1]!.p50).toBeCloseTo(0.6);
    expect(totals).toEqual({ requests: 2, failures: 1, attempts: 3, droppedIterations: 3 });
  });

  it('has each operation over the same seconds, also those in which nothing ended', () => {
    const { overall, operations } = seriesOf([
      logical(5.5, 0.1),
      logical(8.5, 0.2, { operation: 'POST /b', failed: true }),
    ]);
    expect(overall.map(({ t }) => t)).toEqual([5, 6, 7, 8]);
    expect(operations.map(({ operation }) => operation)).toEqual(['GET /a', 'POST /b']);
    expect(operations[1]!.points.map(({ failures }) => failures)).toEqual([0, 0, 0, 1]);
    expect(operations[0]!.points.map(({ p95 }) => p95)).toEqual([0.1, null, null, null]);
  });

  it('takes the quantiles of a second once it lies behind, and still counts what comes late', () => {
    const { overall } = seriesOf([logical(1.5, 0.2), logical(9, 0.1), logical(1.6, 9)]);
    expect(overall[0]).toMatchObject({ t: 1, requests: 2, p50: 0.2, p99: 0.2 });
    expect(overall[0]!.histogram).toEqual({ [bucketOf(0.2)]: 1, [bucketOf(9)]: 1 });
  });

  it('is empty when nothing came', () => {
    expect(seriesOf([])).toMatchObject({ overall: [], operations: [] });
  });
});

describe('the histogram', () => {
  /** The value at that rank of all points together, read at the middle of its bucket. */
  const readBack = (points: ClientPoint[], rank: number): number => {
    const merged = new Map<number, number>();
    for (const [bucket, count] of points.flatMap(({ histogram }) => Object.entries(histogram)))
      merged.set(Number(bucket), (merged.get(Number(bucket)) ?? 0) + count);
    const all = [...merged].sort(([a], [b]) => a - b).flatMap(([at, count]) => Array<number>(count).fill(at));
    const bucket = all[rank]!;
    return (2 * HISTOGRAM_GAMMA ** bucket) / (HISTOGRAM_GAMMA + 1);
  };

  it('merged over the seconds gives every quantile back within 2 %', () => {
    const request = fc.record({
      end: fc.double({ min: 100, max: 130, noNaN: true }),
      duration: fc.double({ min: 1e-4, max: 60, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 60 }), fc.nat(1000), (requests, part) => {
        const { overall, operations } = seriesOf(requests.map(({ end, duration }) => logical(end, duration)));
        const sorted = requests.map(({ duration }) => duration).sort((a, b) => a - b);
        const rank = Math.min(sorted.length - 1, Math.floor((part / 1000) * sorted.length));
        for (const points of [overall, operations[0]!.points])
          expect(Math.abs(readBack(points, rank) / sorted[rank]! - 1)).toBeLessThan(0.02);
      }),
      { seed: 1 },
    );
  });

  it('has bounds that belong to the bucket below, and one bucket for all up to 0.1 ms', () => {
    const bound = HISTOGRAM_GAMMA ** 5;
    expect([bucketOf(bound * 0.999), bucketOf(bound * 1.001)]).toEqual([5, 6]);
    expect([0, 1e-9, 1e-4].map(bucketOf)).toEqual([bucketOf(1e-4), bucketOf(1e-4), bucketOf(1e-4)]);
    expect(bucketOf(1)).toBe(0);
  });
});

describe('quantile', () => {
  it('is linear between neighbours', () => {
    // numpy.quantile([1, 2, 3, 4], [0.5, 0.95]) with its default method.
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([1, 2, 3, 4], 0.95)).toBeCloseTo(3.85);
    expect(quantile([7], 0.99)).toBe(7);
    expect(quantile([], 0.5)).toBeNull();
  });
});
