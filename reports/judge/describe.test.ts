import { expect, it } from 'vitest';
import { percent } from './describe.ts';

it.each([
  [0, '0 %'],
  [0.0125, '1.25 %'],
  [0.00004, '0.004 %'],
  [0.999, '99.9 %'],
  [0.9999, '99.99 %'],
  [0.99999, '99.999 %'],
  [0.99996, '99.996 %'],
  [0.9999999, '99.99999 %'],
  [1, '100 %'],
  [1.5, '150 %'],
])('a share of %d reads %s', (ratio, text) => {
  expect(percent(ratio)).toBe(text);
});
