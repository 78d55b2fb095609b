import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clean, code, fence, plain, prose, table } from './text.ts';

it('cleans escape sequences, control and hidden characters', () => {
  expect(clean('\u001b[31mred\u001b[0m\u0007 a\u0000b\r\nc \u202egnp.exe \u001b]8;;http://x\u0007link')).toBe(
    'red  a b c  gnp.exe link',
  );
  expect(clean('x'.repeat(500))).toHaveLength(400);
});

it('escapes what Markdown or HTML would act on', () => {
  expect(plain('<script>alert(1)</script>')).toBe('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(plain('[a](javascript:x) *b* `c` | ~d~ # !')).toBe(
    '\\[a\\](javascript:x) \\*b\\* \\`c\\` \\| \\~d\\~ \\# \\!',
  );
  expect(plain('ping @someone at https://x.example')).not.toMatch(/@|https:\/\//);
});

describe('code', () => {
  it('outlasts any backticks and bars', () => {
    expect(code('a`b')).toBe('``a`b``');
    expect(code('`')).toBe('`` ` ``');
    expect(code('')).toBe('` `');
    expect(code('a|b\\|c', { table: true })).toBe('`a\\|b\\|c`');
  });

  it('holds any text on one line, its mark longer than any run of backticks inside', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('`', '|', '\n', 'a', '\\', '<') }), (text) => {
        const span = code(text);
        const [, mark = '', body = ''] = /^(`+)([\s\S]*?)\1$/.exec(span) ?? [];
        expect(span).not.toContain('\n');
        expect(body.split(/[^`]+/).every((run) => run.length !== mark.length)).toBe(true);
      }),
    );
  });
});

it('fences with more backticks than the lines hold', () => {
  expect(fence(['a', '```', '# not a title']).split('\n')).toEqual([
    '````text',
    'a',
    '```',
    '# not a title',
    '````',
  ]);
});

it('keeps backticked parts of our own sentences as code, and escapes the rest', () => {
  expect(prose('fault `a|b` <hit> on `x`')).toBe('fault `a|b` &lt;hit&gt; on `x`');
  expect(prose('`a|b`', { table: true })).toBe('`a\\|b`');
});

it('sets numbers right', () => {
  expect(table(['a', 'n:'], [['x', '1']])).toBe('| a | n |\n|---|---:|\n| x | 1 |');
});
