import { expect, it } from 'vitest';
import { timesOver } from './objectives.ts';

it.each([
  [0.5, null],
  [1.94, null],
  [(1 - 0.98) / (1 - 0.99), '2×'],
  [2.46, '2.5×'],
  [9.98, '10×'],
  [100.4, '100×'],
])('an error budget used %d times reads %s', (consumed, text) => {
  expect(timesOver(consumed)).toBe(text);
});
