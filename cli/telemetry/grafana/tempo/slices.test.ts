import fc from 'fast-check';
import { expect, test } from 'vitest';
import { walk } from './slices.ts';

const LIMIT = 8;

/** Walks over things at whole seconds as if a back end gave at most `LIMIT` of them. */
const walked = async (times: number[], from: number, to: number, options = { first: 10, budget: 1000 }) => {
  const seen = new Set<number>();
  let asked = 0;
  const whole = await walk({ from, to }, options, async (slice, last) => {
    asked += 1;
    const inside = times.flatMap((time, i) => (time >= slice.from && time < slice.to ? [i] : []));
    const full = inside.length >= LIMIT;
    if (!full || last) for (const i of inside.slice(0, LIMIT)) seen.add(i);
    return { full, fill: inside.length / LIMIT };
  });
  return { seen, asked, whole };
};

test('property: all is found, or the walk says that it is not', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 200 })),
      fc.integer({ min: 1, max: 300 }),
      async (times, first) => {
        const { seen, whole } = await walked(times, 0, 201, { first, budget: 1000 });
        const crowded = times.some((time) => times.filter((other) => other === time).length >= LIMIT);
        expect(whole).toBe(!crowded);
        if (whole) expect(seen.size).toBe(times.length);
      },
    ),
  );
});

test('a quiet hour takes few questions', async () => {
  expect((await walked([5, 1800, 3500], 0, 3600)).asked).toBeLessThanOrEqual(7);
});

test('it stops at the budget, and when told to', async () => {
  const busy = Array.from({ length: 1000 }, (_, i) => i);
  expect(await walked(busy, 0, 1000, { first: 5, budget: 7 })).toMatchObject({ asked: 7, whole: false });
  expect(await walk({ from: 0, to: 10 }, { first: 1, budget: 9 }, async () => null)).toBe(false);
});

test('part of a second is asked for as the whole', async () => {
  const slices: { from: number; to: number }[] = [];
  await walk({ from: 1.5, to: 3.2 }, { first: 60, budget: 9 }, async (slice) => {
    slices.push(slice);
    return { full: false, fill: 1 };
  });
  expect(slices).toEqual([{ from: 1, to: 4 }]);
});
