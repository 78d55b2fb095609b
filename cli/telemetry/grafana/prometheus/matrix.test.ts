import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  joinSeries,
  keyOf,
  MalformedAnswer,
  numberOf,
  ordered,
  parseMatrix,
  type Sample,
  type Series,
} from './matrix.ts';
import { asMatrix, series } from './series.fixture.ts';

const sample = fc.tuple(
  fc.integer({ min: 0, max: 10_000 }),
  fc.oneof(
    fc.double().map((v) => v + 0),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  ),
);
const samples = fc.uniqueArray(sample, { selector: ([t]) => t, minLength: 1, maxLength: 20 });
const someSeries = fc.uniqueArray(
  fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.string({ maxLength: 3 }), samples),
  { selector: ([name, label]) => `${name} ${label}`, maxLength: 6 },
);
const made = (list: [string, string, Sample[]][]): Series[] =>
  list.map(([name, label, values]) => series(name, { label }, ordered(values)));

describe('a matrix', () => {
  test('is read as it was written, NaN and both infinities included, and put in order', () => {
    fc.assert(
      fc.property(someSeries, (list) => {
        const written = asMatrix(list.map(([name, label, values]) => series(name, { label }, values)));
        expect(parseMatrix(JSON.parse(JSON.stringify(written)))).toEqual(made(list));
      }),
    );
  });

  test('of whatever else was sent is a malformed answer, never another error', () => {
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.record({ resultType: fc.constant('matrix'), result: fc.jsonValue() }),
      fc.record({
        resultType: fc.constant('matrix'),
        result: fc.array(fc.record({ metric: fc.jsonValue(), values: fc.jsonValue() })),
      }),
    );
    fc.assert(
      fc.property(odd, (data) => {
        try {
          parseMatrix(data);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedAnswer);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('leaves out what came as a native histogram', () => {
    const data = { resultType: 'matrix', result: [{ metric: { __name__: 'h' }, histograms: [[1, {}]] }] };
    expect(parseMatrix(data)).toEqual([]);
  });

  test.each(['', ' ', 'abc', '0x', null, 1])('has no value %j', (value) => {
    expect(() => numberOf(value)).toThrow(MalformedAnswer);
  });
});

test('parts that overlap join to what they were cut from, in any order', () => {
  fc.assert(
    fc.property(someSeries, fc.integer({ min: 0, max: 10_000 }), fc.boolean(), (list, at, swapped) => {
      const all = made(list);
      const part = (holds: (t: number) => boolean) =>
        all
          .map((one) => ({ ...one, samples: one.samples.filter(([t]) => holds(t)) }))
          .filter((one) => one.samples.length > 0);
      const parts = [part((t) => t <= at), part((t) => t >= at)];
      const joined = joinSeries(swapped ? parts.reverse() : parts);
      const sorted = (some: Series[]) =>
        [...some].sort((a, b) => (keyOf(a.labels) < keyOf(b.labels) ? -1 : 1));
      expect(sorted(joined)).toEqual(sorted(all));
    }),
  );
});
