import { expect, test } from 'vitest';
import { editDistance, nearest } from './nearest.ts';

test('edit distance counts insertions, deletions and substitutions', () => {
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance('', 'abc')).toBe(3);
  expect(editDistance('same', 'same')).toBe(0);
});

test('the nearest come first; what was begun counts as near', () => {
  expect(nearest('latancy', ['error', 'latency', 'retry-storm'], 1)).toEqual(['latency']);
  expect(nearest('down', ['retry', 'downstream-timeout', 'dawn'])[0]).toBe('downstream-timeout');
});
