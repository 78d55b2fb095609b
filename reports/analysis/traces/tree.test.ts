import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Span } from '../../record/evidence.ts';
import { deepestError, longestExclusive, longestOverrun } from './suspects.ts';
import { buildTree, uncovered } from './tree.ts';
import { waterfallOf } from './waterfall.ts';

const id = (n: number) => n.toString(16).padStart(16, '0');

/** A span from [start, end) in seconds, child of `parent`. */
const span = (
  n: number,
  parent: number | null,
  start: number,
  end: number,
  changes: Partial<Span> = {},
): Span => ({
  traceId: 'a'.repeat(32),
  spanId: id(n),
  parentSpanId: parent === null ? null : id(parent),
  name: `span-${n}`,
  kind: 'internal',
  service: 'api',
  instance: 'api-1',
  start: 1000 + start,
  duration: end - start,
  status: 'unset',
  statusMessage: null,
  attributes: {},
  events: [],
  links: [],
  ...changes,
});

const focus = { clientService: 'k6', async: false };
const exclusiveOf = (spans: Span[]) =>
  Object.fromEntries(
    buildTree(spans).nodes.map((node) => [node.span.name, Number(node.exclusive.toFixed(6))]),
  );

describe('exclusive time', () => {
  it('is what no child covers: overlapping children count once', () => {
    const spans = [span(1, null, 0, 10), span(2, 1, 1, 4), span(3, 1, 3, 6), span(4, 2, 2, 3)];
    expect(exclusiveOf(spans)).toEqual({ 'span-1': 5, 'span-2': 2, 'span-4': 1, 'span-3': 3 });
  });

  it('ends with the wait of whoever called, however long the work went on', () => {
    expect(exclusiveOf([span(1, null, 0, 2), span(2, 1, 1, 9)])).toEqual({ 'span-1': 1, 'span-2': 1 });
    const chain = [span(1, null, 0, 9), span(2, 1, 1, 2), span(3, 2, 1, 5), span(4, 3, 3, 5)];
    expect(exclusiveOf(chain)).toEqual({ 'span-1': 8, 'span-2': 0, 'span-3': 1, 'span-4': 0 });
    expect(buildTree(chain).nodes.map(({ overrun }) => overrun)).toEqual([0, 0, 3, 0]);
    expect(longestOverrun(buildTree(chain))).toMatchObject({ name: 'span-3', overrun: 3 });
    expect(waterfallOf(buildTree(chain)).map(({ note }) => note)).toEqual([
      '',
      '',
      'went on for 3.0 s after its caller had left',
      '',
    ]);
  });

  it('leaves a job its own time: nobody waited for it', () => {
    const job = [span(1, null, 0, 1), span(2, 1, 0.5, 4, { kind: 'consumer' }), span(3, 2, 1, 3)];
    expect(exclusiveOf(job)).toEqual({ 'span-1': 1, 'span-2': 1.5, 'span-3': 2 });
    expect(longestOverrun(buildTree(job))).toBeNull();
  });

  it('does not let a consumer block who published', () => {
    const spans = [span(1, null, 0, 4), span(2, 1, 1, 3, { kind: 'consumer' }), span(3, 2, 1, 2)];
    expect(exclusiveOf(spans)).toEqual({ 'span-1': 4, 'span-2': 1, 'span-3': 1 });
    expect(buildTree(spans).nodes.map(({ async }) => async)).toEqual([false, true, true]);
  });

  it('never exceeds the interval, whatever the intervals', () => {
    const interval = fc.record({
      start: fc.double({ min: -5, max: 15, noNaN: true }),
      end: fc.double({ min: -5, max: 15, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(interval), (intervals) => {
        const free = uncovered(0, 10, intervals);
        expect(free).toBeGreaterThanOrEqual(0);
        expect(free).toBeLessThanOrEqual(10 + 1e-9);
      }),
    );
  });
});

describe('the tree', () => {
  it('is complete only when every parent is there; orphans become roots', () => {
    expect(buildTree([span(1, null, 0, 2), span(2, 1, 0, 1)]).complete).toBe(true);
    const torn = buildTree([span(1, null, 0, 2), span(3, 9, 0.5, 1)]);
    expect(torn.complete).toBe(false);
    expect(torn.roots.map(({ span: { name } }) => name)).toEqual(['span-1', 'span-3']);
  });

  it('keeps the order of arrival where clocks tie', () => {
    const tree = buildTree([
      span(1, null, 0, 1),
      span(9, 1, 0.1, 0.2),
      span(4, 1, 0.1, 0.3),
      span(6, 1, 0.1, 0.2),
    ]);
    expect(tree.nodes.map(({ span: { name } }) => name)).toEqual(['span-1', 'span-9', 'span-4', 'span-6']);
  });

  it('cuts cycles and self-parents and still shows every span', () => {
    const tree = buildTree([
      span(1, 2, 0, 1),
      span(2, 3, 0, 1),
      span(3, 1, 0, 1),
      span(4, 4, 0, 1),
      span(5, 3, 0, 1),
    ]);
    expect(tree.nodes).toHaveLength(5);
    expect(tree.complete).toBe(false);
  });

  it('moves a process whose clock is behind, with all that hangs below it', () => {
    const remote = { service: 'inventory', instance: 'inventory-1' };
    const tree = buildTree([span(1, null, 0, 4), span(2, 1, -3, -1, remote), span(3, 2, -2.5, -2, remote)]);
    expect(tree.nodes.map(({ start }) => start - 1000)).toEqual([0, 0, 0.5]);
  });

  it('takes a chain of 20,000 spans without a stack overflow', () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => span(i, i === 0 ? null : i - 1, i / 1e5, 1));
    expect(buildTree(chain).nodes.at(-1)!.depth).toBe(19_999);
  });

  it('holds any heap of spans: each once, own time within its duration, children below their parents', () => {
    const heap = fc.array(
      fc.tuple(
        fc.nat(12),
        fc.option(fc.nat(14)),
        fc.nat(20),
        fc.nat(20),
        fc.constantFrom('internal', 'client', 'server', 'consumer'),
      ),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(heap, (rows) => {
        const spans = rows.map(([n, parent, start, length, kind]) =>
          span(n, parent, start, start + length, { kind: kind as Span['kind'], instance: `i-${n % 3}` }),
        );
        const { nodes } = buildTree(spans);
        expect(nodes).toHaveLength(new Set(spans.map(({ spanId }) => spanId)).size);
        for (const node of nodes) {
          expect(node.exclusive).toBeGreaterThanOrEqual(0);
          expect(node.exclusive).toBeLessThanOrEqual(node.span.duration + 1e-9);
          if (node.parent) expect(node.depth).toBe(node.parent.depth + 1);
        }
        expect(waterfallOf({ nodes, roots: [], complete: true }).every(({ offset }) => offset >= 0)).toBe(
          true,
        );
      }),
    );
  });
});

describe('suspects', () => {
  const failed = { status: 'error' as const };

  it('names the deepest erroring span without an erroring child', () => {
    const tree = buildTree([
      span(1, null, 0, 4, { ...failed, service: 'k6' }),
      span(2, 1, 0, 3, failed),
      span(3, 2, 0, 1, { ...failed, kind: 'client', attributes: { 'peer.service': 'inventory' } }),
      span(4, 3, 0, 2, { service: 'inventory' }),
    ]);
    expect(deepestError(tree, focus)).toMatchObject({ name: 'span-3', peer: 'inventory' });
  });

  it("takes the client's own span only when nothing else errs, and a job's only for a job", () => {
    const client = span(1, null, 0, 4, { ...failed, service: 'k6' });
    expect(deepestError(buildTree([client, span(2, 1, 0, 1)]), focus)?.name).toBe('span-1');
    const spans = [
      client,
      span(2, 1, 0, 1, failed),
      span(3, 2, 1, 2, { kind: 'consumer' }),
      span(4, 3, 1, 2, failed),
    ];
    expect(deepestError(buildTree(spans), focus)?.name).toBe('span-2');
    expect(deepestError(buildTree(spans), { ...focus, async: true })?.name).toBe('span-4');
    expect(deepestError(buildTree([span(1, null, 0, 1)]), focus)).toBeNull();
  });

  it("names the longest own time, not the client's waiting", () => {
    const spans = [span(1, null, 0, 9, { service: 'k6' }), span(2, 1, 0, 3), span(3, 2, 0, 2)];
    expect(longestExclusive(buildTree(spans), focus)).toMatchObject({ name: 'span-3', exclusive: 2 });
    expect(longestExclusive(buildTree([spans[0]!]), focus)?.name).toBe('span-1');
  });
});

it('notes status, peer, attempt and message, and no message that only repeats the status', () => {
  const attributes = {
    'http.response.status_code': 504,
    'server.address': 'inv',
    'server.port': 8080,
    'http.request.resend_count': 1,
  };
  const noted = span(1, null, 0, 1, {
    kind: 'client',
    status: 'error',
    statusMessage: 'aborted',
    attributes,
  });
  expect(waterfallOf(buildTree([noted]))[0]!.note).toBe('504 · to inv:8080 · attempt 2 · aborted');
  expect(waterfallOf(buildTree([{ ...noted, statusMessage: 'HTTP status 504' }]))[0]!.note).toBe(
    '504 · to inv:8080 · attempt 2',
  );
});
