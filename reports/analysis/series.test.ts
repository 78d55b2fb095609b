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

it('takes scrapes that are further apart as steps that all instances share', () => {
  const series = { service: 'api', route: '/', method: 'GET', bounds: [1] };
  const scraped = (instance: string, offset: number) => ({
    ...{ ...series, instance },
    points: [15, 30, 45, 60].map((t) => point(900 + t + offset, 15)),
  });
  const { points } = sumRed([scraped('api-1', 2), scraped('api-2', 5)]);
  expect(points.map(({ t, seconds, requests }) => [t, seconds, requests])).toEqual([
    [900, 15, 2],
    [915, 15, 2],
    [930, 15, 2],
    [945, 15, 2],
  ]);
});

it.each([
  ['a second', 1.004, 90],
  ['the eighteen seconds of missed scrapes', 17.9, 5],
])('takes the rate of an increment over %s by the time that it is over', (_, seconds, rate) => {
  const series = { service: 'api', instance: 'api-1', route: '/', method: 'GET', bounds: [1] };
  const one = { ...point(100, seconds), requests: 90 };
  expect(sumRed([{ ...series, points: [one] }], 1).points).toMatchObject([{ requests: 90, rate }]);
});
