import { expect, it } from 'vitest';
import {
  approximately,
  clock,
  count,
  duration,
  list,
  offset,
  percent,
  second,
  times,
  wholeSeconds,
} from './format.ts';

it('writes figures as people read them', () => {
  expect([0, 0.0004, 0.0256, 0.9996, 3.1832, 59.96, 125, null, Number.NaN].map(duration)).toEqual([
    '0 ms',
    '0.4 ms',
    '25.6 ms',
    '1 s',
    '3.18 s',
    '60 s',
    '2 min 5 s',
    '–',
    '–',
  ]);
  expect([0, 0.125, 1, 0.00001, 0.3333, null].map(percent)).toEqual([
    '0 %',
    '12.5 %',
    '100 %',
    'below 0.01 %',
    '33.3 %',
    '–',
  ]);
  expect(count(1234567)).toBe('1,234,567');
  expect(times(1.425)).toBe('1.43×');
  expect([offset(-1), offset(25.44)]).toEqual(['−1.0 s', '+25.4 s']);
  expect([clock(1795339825.4), clock(0, 3), clock(Number.NaN), clock(61, 0)]).toEqual([
    '09:30:25.4',
    '00:00:00.000',
    '–',
    '00:01:01',
  ]);
  expect([clock(61.96), clock(61.999, 2), clock(62)]).toEqual(['00:01:02.0', '00:01:02.00', '00:01:02']);
  expect([approximately(0.02437), approximately(1.4512), approximately(null)]).toEqual([
    '~24 ms',
    '~1.5 s',
    '–',
  ]);
  expect([wholeSeconds(1.23), wholeSeconds(2), wholeSeconds(2.0000000001)]).toEqual(['2 s', '2 s', '2 s']);
  expect(second(1795339826, 1795339800.3, ' UTC')).toBe('09:30:26 UTC (+26 s)');
  expect([list([]), list(['a']), list(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b and c']);
});
