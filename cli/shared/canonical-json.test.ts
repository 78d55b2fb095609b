import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalDigest, canonicalJson, sectionedJson } from './canonical-json.ts';

/** What JSON.stringify makes of the value once the keys of each object are sorted. */
const expected = (value: unknown): string =>
  JSON.stringify(value, (_key, inner) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

const keys = fc.oneof(
  fc.string().filter((key) => key !== '__proto__'),
  fc.constantFrom('10', '9', '-9', '4294967295', '007', '0'),
);
const { data } = fc.letrec<{ data: unknown }>((tie) => ({
  data: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, undefined, Number.NaN, Number.POSITIVE_INFINITY, -0),
    fc.double(),
    fc.string(),
    fc.array(tie('data'), { maxLength: 5 }),
    fc.dictionary(keys, tie('data'), { maxKeys: 5 }),
  ),
}));

it('is the JSON of the value with its keys sorted', () => {
  fc.assert(
    fc.property(fc.array(data), (value) => {
      expect(canonicalJson(value)).toBe(expected(value));
    }),
  );
});

it('digests what it writes, however long', () => {
  const long = { b: Array.from({ length: 30_000 }, (_, i) => ({ z: i / 3, a: `ü${i}` })), a: 1 };
  expect(canonicalDigest(long)).toBe(createHash('sha256').update(expected(long)).digest('hex'));
  expect(canonicalDigest({ a: 1, b: long.b })).toBe(canonicalDigest(long));
});

it('lays out a document by section, and reads back the same', () => {
  const document = { a: { b: [1, 2] }, c: null, d: undefined, e: 'x\ny' };
  expect(sectionedJson(document).split('\n').length).toBe(6);
  expect(JSON.parse(sectionedJson(document))).toEqual({ a: { b: [1, 2] }, c: null, e: 'x\ny' });
});
