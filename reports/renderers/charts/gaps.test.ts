import { expect, it } from 'vitest';
import { withGaps } from './gaps.ts';

const every = (step: number, times: number[]): [number, number][] => times.map((i) => [i * step, i]);

it.each([1, 15])('breaks the line where scrapes %d s apart are missing', (step) => {
  const points = every(step, [0, 1, 2, 3, 12, 13, 14]);
  expect(withGaps(points)).toEqual([...points.slice(0, 4), [7.5 * step, null], ...points.slice(4)]);
});

it.each([
  ['nothing', []],
  ['one sample', [0]],
  ['a missed scrape or two', [0, 1, 2, 5, 6, 7]],
])('leaves %s as it is', (_, times) => expect(withGaps(every(1, times))).toEqual(every(1, times)));
