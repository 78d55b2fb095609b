import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parseYaml, readYaml, violationLines, violationsOf } from './yaml-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'obsctl-yaml-'));
afterAll(() => rmSync(folder, { recursive: true }));

const only = (text: string) => parseYaml(text).parts[0]!;
const refused = (text: string) =>
  parseYaml(text).violations.map(({ line, column, message }) => [line, column, message]);

describe('the place of a value', () => {
  const part = only('a: 1\nb:\n  - c: 2\n    d: [x, y]\n"e f": { g: ~ }\n');
  test.each([
    ['a key', ['a'], 1, 1],
    ['a key within a list', ['b', 0, 'd'], 4, 5],
    ['an entry of a list', ['b', 0, 'd', 1], 4, 12],
    ['a mapping in a list', ['b', 0], 3, 5],
    ['a key in quotes', ['e f', 'g'], 5, 10],
    ['the nearest that there is', ['b', 0, 'nothing', 'here'], 3, 5],
    ['the whole', [], 1, 1],
    ['the whole, where nothing of it is there', ['z'], 1, 1],
  ] as [string, PropertyKey[], number, number][])('%s', (_what, path, line, column) =>
    expect(part.at(path)).toEqual({ line, column }),
  );

  test('of a later document, counted from the beginning of the file', () => {
    const { parts } = parseYaml('a: 1\n---\n# a comment\nb: 2\n');
    expect([parts.length, parts[1]!.at(['b'])]).toEqual([2, { line: 4, column: 1 }]);
  });

  test('behind lines that end as Windows ends them, and letters of two bytes', () =>
    expect(only('ä: "öü"\r\nb: { ß: 1, c: 2 }\r\n').at(['b', 'c'])).toEqual({ line: 2, column: 12 }));

  test('behind an alias: where the alias stands', () =>
    expect(only('a: &x { b: 1 }\nc: *x\n').at(['c', 'b'])).toEqual({ line: 2, column: 1 }));
});

describe('what is no YAML', () => {
  test('is told once for each error, with its place', () =>
    expect(refused('a: 1\na: 2\nb: *nobody\nc: "\\x"\n')).toEqual([
      [2, 1, expect.stringMatching(/must be unique/)],
      [4, 5, expect.stringMatching(/escape/)],
    ]));

  test('is told twenty times at most', () => {
    const text = Array.from({ length: 500 }, () => '\tx: @').join('\n');
    const { violations } = parseYaml(text);
    expect(violations.length).toBeGreaterThan(0);
    expect(violations.length).toBeLessThanOrEqual(20);
  });

  test('an alias of nothing, of what comes later, or of what it is part of: where it stands', () =>
    expect(refused('a: 1\nb: *nobody\nc: [*later, &later 1]\nd: &self { e: [*self] }\n')).toEqual([
      [2, 4, 'there is no anchor &nobody before it'],
      [3, 5, 'there is no anchor &later before it'],
      [4, 16, '*self is part of &self'],
    ]));
});

describe('bombs', () => {
  const laughs = (levels: number) =>
    ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
      .concat(
        Array.from(
          { length: levels },
          (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`,
        ),
      )
      .join('\n');

  test.each([
    ['laughs', laughs(8), /alias/],
    ['brackets', `a: ${'['.repeat(50_000)}`, /nested too deeply/],
    ['mappings', `a: ${'{a: '.repeat(50_000)}`, /nested too deeply/],
    ['sequences', '- '.repeat(50_000), /nested too deeply/],
    ['keys', '? '.repeat(50_000), /nested too deeply/],
    [
      'indented blocks',
      Array.from({ length: 600 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      /nested too deeply/,
    ],
    ['a long text', `a: ${'x'.repeat(300 * 1024)}`, /longer than 256 KiB/],
    ['of two bytes a letter', `a: ${'ä'.repeat(140 * 1024)}`, /longer than 256 KiB/],
  ])('%s are refused', (_what, text, why) => expect(refused(text)[0]![2]).toMatch(why));

  test('what people write is none: a hundred aliases, and brackets in a text', () => {
    const aliases = `a: &a 1\nb: [${Array(90).fill('*a').join(', ')}]`;
    expect((only(aliases).value as { b: number[] }).b).toHaveLength(90);
    expect(only(`a: "${'[]'.repeat(300)}"`).value).toEqual({ a: '[]'.repeat(300) });
  });

  test('no key reaches the prototype of anything', () => {
    const { value } = only('__proto__: { polluted: true }\nconstructor: 1\n');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.hasOwn(value as object, '__proto__')).toBe(true);
  });
});

describe('a file', () => {
  test.each([
    ['a folder', folder],
    ['a device that never ends', '/dev/zero'],
  ])('%s is none', (_what, path) => expect(readYaml(path).violations[0]!.message).toBe('it is no file'));

  test('may be a link to one', () => {
    writeFileSync(join(folder, 'a.yaml'), 'a: 1\n');
    symlinkSync(join(folder, 'a.yaml'), join(folder, 'link.yaml'));
    expect(readYaml(join(folder, 'link.yaml')).parts[0]!.value).toEqual({ a: 1 });
  });

  test('that is not there is what the system says', () =>
    expect(() => readYaml(join(folder, 'none.yaml'))).toThrow(/ENOENT/));
});

test('violations are told in the order of the file, by path, line and column', () => {
  const part = only('b: 1\na: x\nc: 3\n');
  const { error } = z.strictObject({ a: z.number(), b: z.string() }).safeParse(part.value);
  expect(violationLines('x.yaml', violationsOf(error!, part))).toEqual([
    expect.stringMatching(/^x\.yaml:1:1 b: .*expected string/),
    expect.stringMatching(/^x\.yaml:2:1 a: .*expected number/),
    'x.yaml:3:1 c: there is no such key',
  ]);
});
