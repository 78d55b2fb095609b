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

test('it names a test for each code but that of a bug, and that test asserts the code', () => {
  const page = readFileSync('docs/exit-codes.md', 'utf8');
  const rows = [...page.matchAll(/^\| (\d+) +\| `(test\/[^`]+)` \|/gm)].map(
    ([, code, file]) => [Number(code), file!] as const,
  );
  expect(rows.map(([code]) => code)).toEqual(
    [...new Set([...Object.values(VERDICTS), 2])].sort((a, b) => a - b),
  );
  for (const [code, file] of rows)
    expect(readFileSync(file, 'utf8'), `${file} for ${code}`).toMatch(
      new RegExp(`ode\\b[^\\n]*\\.to\\w+\\(.*\\b${code}\\b|exitCode: ${code}\\b`),
    );
});
