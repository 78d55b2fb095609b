import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ERRORS } from '../../cli/shared/errors.ts';

const rows = readFileSync('docs/errors.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, code, exit, title, remedy]) => [code!.replaceAll('`', ''), { exit: Number(exit), title, remedy }]);

test('docs/errors.md lists every error, and no other, with its exit code and remedy', () => {
  expect(Object.fromEntries(rows)).toEqual(ERRORS);
});
