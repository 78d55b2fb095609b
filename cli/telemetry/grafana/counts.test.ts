import { expect, test } from 'vitest';
import type { Answer } from '../telemetry-source.ts';
import { countServed, joinCounts } from './counts.ts';

const window = { from: 0, to: 10 };
const route = { route: '/a', method: 'GET' };
const other = { route: '/b', method: 'GET' };

const answer = <T>(value: T[], error: string | null = null): Answer<T[]> => ({
  value,
  query: { method: 'x', text: 'asked', window, rows: value.length, seconds: 0, error, truncated: false },
});

test('both counts stand side by side; a side that answered with nothing counted zero, one that did not answer null', () => {
  const metrics = [{ ...route, metrics: 7 }];
  expect(
    joinCounts(metrics, [
      { ...route, spans: 6 },
      { ...other, spans: 1 },
    ]),
  ).toEqual([
    { ...route, metrics: 7, spans: 6 },
    { ...other, metrics: 0, spans: 1 },
  ]);
  expect(joinCounts(metrics, [])).toEqual([{ ...route, metrics: 7, spans: 0 }]);
  expect(joinCounts(metrics, null)).toEqual([{ ...route, metrics: 7, spans: null }]);
  expect(joinCounts([], null)).toEqual([{ route: '', method: '', metrics: 0, spans: null }]);
  expect(joinCounts([], [])).toEqual([]);
});

test('a side that fails is null and said so; both failing is a failure', async () => {
  const metrics = { counts: async () => answer([{ ...route, metrics: 7 }]) };
  const broken = {
    counts: () => Promise.reject(new Error('no metrics')),
    serverSpanCounts: () => Promise.reject(new Error('no spans')),
  };
  const { value, query } = await countServed(metrics, broken)(window, 'api');
  expect(value).toEqual([{ ...route, metrics: 7, spans: null }]);
  expect([query.error, query.text]).toEqual(['no spans', 'asked']);
  await expect(countServed(broken, broken)(window, 'api')).rejects.toThrow('no metrics');
});

test('a side that was cut, or answered in part, counts as not asked', async () => {
  const metrics = { counts: async () => answer([{ ...route, metrics: 7 }]) };
  const spansWith = (change: Partial<Answer<unknown>['query']>) => ({
    serverSpanCounts: async () => {
      const whole = answer([{ ...route, spans: 3 }]);
      return { ...whole, query: { ...whole.query, ...change } };
    },
  });
  for (const change of [{ truncated: true }, { error: 'unfinished' }]) {
    const { value } = await countServed(metrics, spansWith(change))(window, 'api');
    expect(value).toEqual([{ ...route, metrics: 7, spans: null }]);
  }
});
