import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histogramOf } from '../../../test/fixtures/evidence/series.ts';
import { binomialUpperTail, fisherUpperTail, logGamma } from './fisher.ts';
import { median, robustScale, robustZ, scaledMad } from './median.ts';
import { bucketLogWidth, bucketQuantile } from './quantile.ts';
import { mergeSketches, sketchQuantile } from './sketch.ts';

describe('bucketQuantile', () => {
  const bounds = [0.1, 0.2, 0.4];

  it('interpolates inside the bucket as Prometheus does', () => {
    expect(bucketQuantile(0.5, bounds, [0, 10, 0, 0])).toBeCloseTo(0.15, 12);
    expect(bucketQuantile(0.5, bounds, [10, 0, 0, 0])).toBeCloseTo(0.05, 12);
    expect(bucketQuantile(0.9, bounds, [50, 30, 15, 5])).toBeCloseTo(0.2 + 0.2 * (10 / 15), 12);
  });

  it('answers the highest finite bound for what lies beyond it, and null for nothing', () => {
    expect(bucketQuantile(0.99, bounds, [1, 0, 0, 99])).toBe(0.4);
    expect(bucketQuantile(0.5, bounds, [0, 0, 0, 0])).toBeNull();
    expect(bucketQuantile(0.5, [], [3])).toBeNull();
  });

  it('stays inside the bounds and never falls as q rises', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 4, maxLength: 4 }), (counts) => {
        const values = [0, 0.1, 0.5, 0.9, 1].map((q) => bucketQuantile(q, bounds, counts) ?? 0);
        expect(values.every((v, i) => v >= 0 && v <= 0.4 && (i === 0 || v >= values[i - 1]!))).toBe(true);
      }),
    );
  });

  it('knows the width of a bucket in log space', () => {
    expect(bucketLogWidth(0.15, bounds)).toBeCloseTo(Math.log(2), 12);
    expect(bucketLogWidth(9, bounds)).toBeCloseTo(Math.log(2), 12);
    expect(bucketLogWidth(1, [])).toBe(Math.LN2);
  });
});

describe('median and MAD', () => {
  it('matches textbook values', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
    expect(scaledMad([1, 1, 2, 2, 4, 6, 9])).toBeCloseTo(1.4826, 12);
  });

  it('keeps a constant series finite by its floor', () => {
    expect(robustZ(6, robustScale([5, 5, 5], 0.25))).toBe(4);
  });
});

describe('sketches', () => {
  it('merge, and find quantiles within 1 %', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1e-3, max: 100, noNaN: true }), { minLength: 1, maxLength: 80 }),
        fc.constantFrom(0.5, 0.95, 0.99, 1),
        (values, q) => {
          const half = values.length >> 1;
          const merged = mergeSketches([histogramOf(values.slice(0, half)), histogramOf(values.slice(half))]);
          const sorted = [...values].sort((a, b) => a - b);
          const exact = sorted[Math.max(0, Math.ceil(q * values.length) - 1)]!;
          expect(Math.abs(sketchQuantile(q, merged)! - exact) / exact).toBeLessThan(0.01);
        },
      ),
    );
    expect(sketchQuantile(0.5, mergeSketches([{}]))).toBeNull();
  });
});

describe('Fisher', () => {
  it('knows log-gamma', () => {
    expect(logGamma(1)).toBeCloseTo(0, 12);
    expect(Math.exp(logGamma(11))).toBeCloseTo(3_628_800, 4);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
  });

  it("finds Fisher's own tea-tasting p-value, 17/70", () => {
    expect(fisherUpperTail({ requests: 4, failures: 1 }, { requests: 4, failures: 3 })).toBeCloseTo(
      17 / 70,
      10,
    );
  });

  it('works without a failure in the reference', () => {
    // All 3 failures among the 30 of 230: C(30,3) / C(230,3).
    expect(fisherUpperTail({ requests: 200, failures: 0 }, { requests: 30, failures: 3 })).toBeCloseTo(
      4060 / 2_001_460,
      8,
    );
    expect(fisherUpperTail({ requests: 0, failures: 0 }, { requests: 30, failures: 30 })).toBe(1);
  });

  it('stays a probability, and falls as failures rise', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), fc.nat(60), fc.nat(60), (m, n, a, b) => {
        const reference = { requests: m, failures: Math.min(a, m) };
        const p = (failures: number) =>
          fisherUpperTail(reference, { requests: n, failures: Math.min(failures, n) });
        expect(p(b)).toBeGreaterThanOrEqual(0);
        expect(p(b + 1)).toBeLessThanOrEqual(p(b) * (1 + 1e-9));
        expect(p(b)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('sums the binomial tail', () => {
    expect(binomialUpperTail({ requests: 3, failures: 2 }, 0.5)).toBeCloseTo(0.5, 12);
    expect(binomialUpperTail({ requests: 3, failures: 0 }, 0.5)).toBe(1);
  });
});
