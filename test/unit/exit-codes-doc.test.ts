import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { VERDICTS } from '../../reports/record/record.ts';

test('docs/exit-codes.md lists every verdict with its code, and their order', () => {
  const page = readFileSync('docs/exit-codes.md', 'utf8');
  const rows = [...page.matchAll(/^\| (\d+) +\| `([a-z-]+)` +\|/gm)].map(([, code, verdict]) => [
    verdict,
    Number(code),
  ]);
  expect(Object.fromEntries(rows)).toEqual(VERDICTS);
  const order = page
    .slice(page.indexOf('in this order'))
    .match(/`[a-z-]+`/g)!
    .slice(0, Object.keys(VERDICTS).length);
  expect(order.map((name) => name.replaceAll('`', ''))).toEqual(Object.keys(VERDICTS));
});
