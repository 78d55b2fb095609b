import { describe, expect, it } from 'vitest';
import type { Span } from '../../record/evidence.ts';
import { criticalPath } from './critical-path.ts';
import { buildTree } from './tree.ts';

type Row = [name: string, parent: string | null, start: number, end: number, kind?: Span['kind']];

const spanOf = ([name, parentSpanId, start, end, kind = 'internal']: Row): Span => ({
  ...{ traceId: 'a'.repeat(32), spanId: name, parentSpanId, name, kind, service: 's', instance: 's-1' },
  ...{ start, duration: end - start, status: 'unset', statusMessage: null },
  ...{ attributes: {}, events: [], links: [] },
});

const pathOf = (...rows: Row[]): Record<string, [number, number][]> =>
  Object.fromEntries(
    [...criticalPath(buildTree(rows.map(spanOf)))].map(([{ span }, stretches]) => [
      span.name,
      stretches.map(({ start, end }) => [start, end] as [number, number]),
    ]),
  );

describe('critical path', () => {
  it('goes through calls one after the other and the gaps between them', () => {
    expect(pathOf(['root', null, 0, 10], ['a', 'root', 1, 4], ['b', 'root', 5, 9])).toEqual({
      root: [
        [0, 1],
        [4, 5],
        [9, 10],
      ],
      a: [[1, 4]],
      b: [[5, 9]],
    });
  });

  it('of calls at the same time follows the one that finished last', () => {
    const path = pathOf(['root', null, 0, 10], ['short', 'root', 1, 5], ['long', 'root', 1, 9]);
    expect(path).toEqual({
      root: [
        [0, 1],
        [9, 10],
      ],
      long: [[1, 9]],
    });
  });

  it('ends where the caller left, and leaves out what nobody waited for', () => {
    const path = pathOf(
      ['root', null, 0, 3],
      ['late', 'root', 1, 8],
      ['job', 'root', 2, 9, 'consumer'],
      ['of the job', 'job', 2, 3],
    );
    expect(path).toEqual({ root: [[0, 1]], late: [[1, 3]] });
  });

  it('covers the whole wait once, however spans overlap', () => {
    const path = pathOf(
      ...([
        ['root', null, 0, 20],
        ['a', 'root', 0, 7],
        ['a1', 'a', 2, 5],
        ['a2', 'a', 4, 6.5],
        ['b', 'root', 6, 15],
        ['c', 'root', 15, 15],
      ] as Row[]),
    );
    const all = Object.values(path).flat();
    expect(all.reduce((sum, [from, to]) => sum + to - from, 0)).toBeCloseTo(20);
    const sorted = all.sort(([a], [b]) => a - b);
    for (const [i, [from]] of sorted.entries()) expect(from).toBe(i === 0 ? 0 : sorted[i - 1]![1]);
  });

  it('is empty without spans, and follows a chain of any depth', () => {
    expect(pathOf()).toEqual({});
    const chain = Array.from(
      { length: 5000 },
      (_, i): Row => [`n${i}`, i === 0 ? null : `n${i - 1}`, i, 50_000],
    );
    expect(Object.keys(pathOf(...chain))).toHaveLength(5000);
  });
});
