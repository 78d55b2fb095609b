import { expect, test } from 'vitest';
import { columns } from './columns.ts';

test('cells stand under each other, and no line ends in blanks', () => {
  expect(
    columns([
      ['a', 'bcd', 'e'],
      ['fgh', 'i', ''],
    ]),
  ).toEqual(['a    bcd  e', 'fgh  i']);
  expect(columns([])).toEqual([]);
});
