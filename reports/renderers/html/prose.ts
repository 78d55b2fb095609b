import { escapeHtml, Html } from './markup.ts';

/** Where a code span leads to: the address within the page of the trace of that id, null for any other text. */
export type Anchors = (text: string) => string | null;

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>' };

const character = (entity: string): string => {
  const [, decimal, name = ''] = /^&(?:#(\d+)|(\w+));$/.exec(entity) ?? [];
  return decimal === undefined ? (NAMED[name] ?? entity) : String.fromCodePoint(Number(decimal));
};

/** Everything that `text.ts` writes within a line; what is none of it is text. */
const INLINE =
  /\\([\\`*_[\]#|~!])|(`+)([\s\S]+?)(?<!`)\2(?!`)|\*\*|\[((?:\\.|`[^`]*`|[^\]\\])*)\]\((https?:[^\s)"<>]*)\)|&(?:amp|lt|gt|#64|#8203);/g;

const codeSpan = (text: string, anchors: Anchors): string => {
  const body = /^ (`[\s\S]*|[\s\S]*`) $/.exec(text)?.[1] ?? text;
  const target = anchors(body);
  const span = `<code>${escapeHtml(body)}</code>`;
  return target === null ? span : `<a href="${escapeHtml(target)}">${span}</a>`;
};

const link = (text: string, address: string, anchors: Anchors): string => {
  const inside = inline(text, anchors);
  return inside.startsWith('<a ')
    ? inside
    : `<a href="${escapeHtml(address)}" rel="noreferrer">${inside}</a>`;
};

/** One line of a report's Markdown as HTML: code, bold, links into Grafana; all else is escaped. */
const inline = (line: string, anchors: Anchors): string => {
  let [out, at, bold] = ['', 0, false];
  for (const match of line.matchAll(INLINE)) {
    const [whole, escaped, , code, label, address] = match;
    out += escapeHtml(line.slice(at, match.index));
    at = match.index + whole.length;
    if (escaped !== undefined) out += escapeHtml(escaped);
    else if (code !== undefined) out += codeSpan(code, anchors);
    else if (address !== undefined) out += link(label!, address, anchors);
    else if (whole === '**') {
      bold = !bold;
      out += bold ? '<strong>' : '</strong>';
    } else out += escapeHtml(character(whole));
  }
  return out + escapeHtml(line.slice(at)) + (bold ? '</strong>' : '');
};

/** Cells are joined with ` | `, and every bar within one is escaped. */
const cells = (row: string): string[] =>
  row
    .replace(/^\| /, '')
    .replace(/ \|$/, '')
    .split(' | ')
    .map((cell) => cell.replace(/\\\|/g, '|'));

const table = (lines: string[], anchors: Anchors): string => {
  const [head = '', rule = '', ...rows] = lines;
  const right = rule
    .split('|')
    .slice(1, -1)
    .map((mark) => mark.endsWith(':'));
  const row = (text: string, tag: 'th' | 'td') =>
    cells(text)
      .map((cell, i) => {
        const scope = tag === 'th' ? ' scope="col"' : '';
        return `<${tag}${scope}${right[i] ? ' class="number"' : ''}>${inline(cell, anchors)}</${tag}>`;
      })
      .join('');
  const body = rows.map((text) => `<tr>${row(text, 'td')}</tr>`).join('');
  return `<div class="wide" tabindex="0" role="group"><table><thead><tr>${row(head, 'th')}</tr></thead><tbody>${body}</tbody></table></div>`;
};

const heading = (line: string, anchors: Anchors): string => {
  const [, marks = '', text = ''] = /^(#+) (.*)$/.exec(line) ?? [];
  return `<h${marks.length}>${inline(text, anchors)}</h${marks.length}>`;
};

const items = (lines: string[], anchors: Anchors): string =>
  `<ul>${lines.map((line) => `<li>${inline(line.slice(2), anchors)}</li>`).join('')}</ul>`;

/** Blocks, each as its lines; a code block may hold empty ones. */
const blocksOf = (markdown: string): string[][] => {
  const blocks: string[][] = [[]];
  let fence = '';
  for (const line of markdown.split('\n')) {
    const [mark = ''] = /^`{3,}/.exec(line) ?? [];
    if (fence === '' && line === '') blocks.push([]);
    else blocks.at(-1)!.push(line);
    if (fence === '') fence = mark;
    else if (line === fence) fence = '';
  }
  return blocks.filter((lines) => lines.length > 0);
};

const block = (lines: string[], anchors: Anchors): string => {
  const [first = ''] = lines;
  if (first.startsWith('```'))
    return `<pre tabindex="0"><code>${escapeHtml(lines.slice(1, -1).join('\n'))}</code></pre>`;
  if (/^#+ /.test(first)) return heading(first, anchors);
  if (first.startsWith('| ')) return table(lines, anchors);
  if (first.startsWith('- ')) return items(lines, anchors);
  return `<p>${inline(lines.join(' '), anchors)}</p>`;
};

/**
 * What `text.ts` and the sections of the Markdown report write, as HTML, so that both reports say the same words. It reads
 * that dialect and no other: whatever else is in the text comes out as text, so no input can make markup of its own.
 */
export const proseHtml = (markdown: string | null, anchors: Anchors = () => null): Html | null =>
  markdown === null
    ? null
    : new Html(
        blocksOf(markdown)
          .map((lines) => block(lines, anchors))
          .join('\n'),
      );

/** One line of it, without a paragraph around it. */
export const lineHtml = (markdown: string, anchors: Anchors = () => null): Html =>
  new Html(inline(markdown, anchors));

/** A section without the heading that it begins with: the page sets its own. */
export const withoutHeading = (markdown: string | null): string | null =>
  markdown === null ? null : markdown.replace(/^## [^\n]*\n+/, '');
