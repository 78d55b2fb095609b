import { describe, expect, test } from 'vitest';
import { spread } from '../../shared/lists.ts';
import { fakeExemplar, fakeTraceId } from '../fake-telemetry-source.fixture.ts';
import { parts, spikeTraceIds, spreadOverOperations, steadyLatency } from './choose.ts';

const spike = { from: 1010, to: 1020, kind: 'error' as const, service: 'api', baseline: 0 };

describe('traces of a spike', () => {
  test('are those of failed requests first, then of the slowest', () => {
    const exemplars = [
      fakeExemplar(11, { value: 0.2 }),
      fakeExemplar(12, { value: 0.9 }),
      fakeExemplar(13, { kind: 'error', status: 503, value: 1 }),
      fakeExemplar(14, { status: 499, value: 0.1 }),
    ];
    expect(spikeTraceIds(exemplars, spike, 3)).toEqual([13, 14, 12].map(fakeTraceId));
  });

  test('are the slowest where latency rose', () => {
    const exemplars = [11, 12, 13].map((i) => fakeExemplar(i, { value: i === 12 ? 3 : 1 / i, status: 500 }));
    expect(spikeTraceIds(exemplars, { ...spike, kind: 'latency' }, 2)).toEqual([12, 11].map(fakeTraceId));
  });

  test('lie in its window, a second of slack on each side', () => {
    const exemplars = [8, 9, 20, 21].map((i) => fakeExemplar(i, { status: 500 }));
    expect(spikeTraceIds(exemplars, spike, 9)).toEqual([9, 20].map(fakeTraceId));
  });

  test('are spread over a long window and stay within the bound', () => {
    const exemplars = Array.from({ length: 100 }, (_, i) =>
      fakeExemplar(i, { time: 1010 + i / 10, status: 500 }),
    );
    expect(spikeTraceIds(exemplars, spike, 4)).toEqual([0, 25, 50, 75].map(fakeTraceId));
  });
});

test('spread takes evenly, and all where there are few', () => {
  expect(spread([1, 2, 3], 5)).toEqual([1, 2, 3]);
  expect(spread([0, 1, 2, 3, 4, 5, 6, 7], 4)).toEqual([0, 2, 4, 6]);
});

test('a rare operation has its place in the steady cohort', () => {
  const summary = (rootName: string, index: number) => ({
    ...{ traceId: fakeTraceId(index), rootName, rootService: 'load' },
    ...{ start: index, duration: 1, spans: 1, errors: 0, services: [] },
  });
  const found = [...Array.from({ length: 50 }, (_, i) => summary('often', i)), summary('rare', 50)];
  const chosen = spreadOverOperations(found, 4);
  expect(chosen.length).toBe(4);
  expect(chosen).toContain(fakeTraceId(50));
});

test('parts of a window touch and cover it', () => {
  expect(parts({ from: 0, to: 6 }, 3)).toEqual([
    { from: 0, to: 2 },
    { from: 2, to: 4 },
    { from: 4, to: 6 },
  ]);
});

test('the usual latency is the median of the steady seconds, null without any', () => {
  const point = (t: number, p95: number | null) => ({
    ...{ t, seconds: 1, requests: 1, failures: 0, attempts: 1, attemptFailures: 0 },
    ...{ requestAttempts: 1, histogram: {} },
    ...{ p50: p95, p95, p99: p95, droppedIterations: 0 },
  });
  const client = {
    overall: [point(9, 9), point(10, 0.2), point(11, 0.3), point(12, null), point(13, 0.4)],
    operations: [],
  };
  const phases = [{ name: 'steady' as const, from: 10, to: 20 }];
  expect(steadyLatency(client, phases)).toBe(0.3);
  expect(steadyLatency(client, [])).toBeNull();
  expect(steadyLatency(null, phases)).toBeNull();
});
