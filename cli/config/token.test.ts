import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type TokenPlace, tokenAt } from './token.ts';

const folder = mkdtempSync(join(tmpdir(), 'obsctl-token-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (text: string): string => {
  const path = join(folder, 'token');
  writeFileSync(path, text);
  return path;
};
const read = (place: TokenPlace, env = {}) => {
  const problems: string[] = [];
  return { token: tokenAt(place, 'todo-1', problems, env), problems };
};

test('a token comes from a variable or a file, without the line end', () => {
  expect(read({ variable: 'T' }, { T: 'abc' })).toEqual({ token: 'abc', problems: [] });
  expect(read({ file: file('abc\n') })).toEqual({ token: 'abc', problems: [] });
});

test.each([
  [
    'a variable that is not set',
    () => read({ variable: 'T' }),
    /^todo-1: the environment variable T is not set$/,
  ],
  ['a file that is not there', () => read({ file: join(folder, 'none') }), /^todo-1: .*ENOENT/],
  ['an empty one', () => read({ file: file('\n') }), /^todo-1: .*is empty$/],
  ['a folder', () => read({ file: folder }), /^todo-1: .*is no file$/],
  ['a huge one', () => read({ file: file('x'.repeat(70_000)) }), /^todo-1: .*is longer than/],
  [
    'one that no header may hold',
    () => read({ variable: 'T' }, { T: 'hun\nter2' }),
    /^todo-1: the token has a line end/,
  ],
])('%s is said, and nothing of it shown', (_what, attempt, why) => {
  const { token, problems } = attempt();
  expect([token, problems]).toEqual(['', [expect.stringMatching(why)]]);
  expect(problems.join()).not.toMatch(/hun|xxx/);
});
