import { expect, it } from 'vitest';
import { runtimePoints, sumRed } from './series.ts';

const point = (t: number, seconds: number) => ({
  t,
  seconds,
  requests: 1,
  errors: 0,
  durationSum: 0,
  buckets: [1, 0],
});

it.each([
  ['at a whole second', 100, 1, 99],
  ['a moment later', 100.004, 1, 99],
  ['a moment early', 99.998, 1, 99],
  ['after a missed scrape', 100.1, 3, 99],
])('puts an increment that ends %s into the second that ends with it', (_, t, seconds, second) => {
  const series = { service: 'api', instance: 'api-1', route: '/', method: 'GET', bounds: [1] };
  expect(sumRed([{ ...series, points: [point(t, seconds)] }]).points).toMatchObject([{ t: second }]);
  const runtime = { name: 'x', unit: 's', service: 'worker', instance: 'worker-1', labels: {} };
  expect(runtimePoints([{ ...runtime, points: [[t, 1]] }], 'x').points).toMatchObject([{ t: second }]);
});
