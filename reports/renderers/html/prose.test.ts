import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code, fence, paragraphs, plain, prose, table } from '../text.ts';
import { html } from './markup.ts';
import { lineHtml, proseHtml, withoutHeading } from './prose.ts';

const text = (markup: string): string =>
  markup
    .replace(/<[^>]*>/g, '')
    .replace(
      /&(amp|lt|gt|quot|#39);/g,
      (_, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name as string]!,
    );

const HOSTILE =
  '<script>alert(1)</script> | ![x](http://evil) "><b onload=x> `a` **b** [c](javascript:d) &amp; \\|';

describe('prose', () => {
  it('keeps paragraphs, lists, headings, tables and code', () => {
    const report = paragraphs(
      '### Head',
      `One **bold** ${code('a|b')}.`,
      '- x\n- y',
      table(['A', 'N:'], [[code('a|b', { table: true }), '1']]),
      fence(['<a>', '', 'b']),
    );
    expect(proseHtml(report)!.text.split('\n')).toEqual([
      '<h3>Head</h3>',
      '<p>One <strong>bold</strong> <code>a|b</code>.</p>',
      '<ul><li>x</li><li>y</li></ul>',
      expect.stringContaining(
        '<tr><th scope="col">A</th><th scope="col" class="number">N</th></tr></thead><tbody><tr><td><code>a|b</code></td><td class="number">1</td></tr>',
      ),
      '<pre tabindex="0"><code>&lt;a&gt;',
      '',
      'b</code></pre>',
    ]);
  });

  it('leads from the id of a trace to the trace, and out only by http', () => {
    const anchors = (id: string) => (id === 'ab' ? '#trace-ab' : null);
    expect(lineHtml('`ab` `cd`', anchors).text).toBe(
      '<a href="#trace-ab"><code>ab</code></a> <code>cd</code>',
    );
    expect(lineHtml('[the trace](http://g/x?a=1&b=2)').text).toBe(
      '<a href="http://g/x?a=1&amp;b=2" rel="noreferrer">the trace</a>',
    );
    expect(lineHtml('[`ab`](http://g/x)', anchors).text).toBe('<a href="#trace-ab"><code>ab</code></a>');
    expect(lineHtml('[a](javascript:b)').text).not.toContain('href');
  });

  it('shows what was escaped as it was meant', () => {
    const shown = 'a & b < c > d \\ ` * _ [ ] # | ~ ! @ e';
    expect(text(lineHtml(plain(shown)).text)).toBe(shown);
    const row = proseHtml(table(['A', 'B'], [[plain('x | y'), code('x | `y`', { table: true })]]))!.text;
    expect(row).toContain('<td>x | y</td><td><code>x | `y`</code></td>');
  });

  it('lets nothing act, whatever the text', () => {
    const tags = /<(?!\/?(?:p|ul|li|h\d|code|strong|pre|div|table|thead|tbody|tr|th|td|a)\b)/;
    const check = (input: string) => {
      for (const markdown of [
        input,
        plain(input),
        prose(input),
        code(input),
        table(['A'], [[plain(input)]]),
      ]) {
        const markup = proseHtml(markdown)!.text;
        expect(markup).not.toMatch(tags);
        expect(markup).not.toMatch(/<[^>]* on\w+=|href="(?!https?:|#)/);
      }
    };
    check(HOSTILE);
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), check), { numRuns: 300 });
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom('`', '``', '\\', '|', '**', '[', '](http://a', ')', '<b>', '&lt;', 'x', '\n', ' '),
          {
            maxLength: 14,
          },
        ),
        (parts) => check(parts.join('')),
      ),
      { numRuns: 500 },
    );
  });

  it('drops the heading that the page has already', () => {
    expect(withoutHeading('## Title\n\nText')).toBe('Text');
    expect(withoutHeading(null)).toBeNull();
  });
});

describe('markup', () => {
  it('escapes what is put in, and cleans it', () => {
    expect(html`<b>${'<i>"\u001b[31m\u202epassword=hunter2'}</b>`.text).toBe(
      '<b>&lt;i&gt;&quot; password=[redacted]</b>',
    );
    expect(html`${[html`<i>`, 1, null, false, undefined, ' a ']}`.text).toBe('<i>1 a ');
  });
});
