import type { Measure } from '../../record/indicator.ts';
import { measureOver } from '../indicator.ts';
import type { Interval } from '../track.ts';
import type { Sample } from './sample.ts';

/** Columns before those of the buckets. */
const FIXED = ['requests', 'failures', 'seconds'] as const;

const bucketRange = (intervals: Interval[]): [low: number, width: number] => {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { counts } of intervals)
    for (const bucket of counts.keys()) {
      low = Math.min(low, bucket);
      high = Math.max(high, bucket);
    }
  return low > high ? [0, 0] : [low, high - low + 1];
};

/**
 * Draws a sample anew in blocks of neighbouring seconds, since seconds of one run are not independent: circular block
 * bootstrap (Politis and Romano 1992), blocks of n^(1/3) seconds (the order that Hall, Horowitz and Jing 1995 found best
 * for a variance). Sums up to each second are kept, so that a block costs two rows whatever its length.
 */
export class Resampler {
  readonly #sample: Sample;
  readonly #low: number;
  readonly #columns: number;
  readonly #sums: Float64Array;
  readonly #block: number;

  constructor(sample: Sample) {
    const { intervals } = sample;
    const [low, width] = bucketRange(intervals);
    this.#sample = sample;
    this.#low = low;
    this.#columns = FIXED.length + width;
    this.#sums = new Float64Array((intervals.length + 1) * this.#columns);
    this.#block = Math.max(1, Math.round(Math.cbrt(intervals.length)));
    for (const [i, interval] of intervals.entries()) this.#append(interval, i);
  }

  #append(interval: Interval, i: number): void {
    const [before, row] = [i * this.#columns, (i + 1) * this.#columns];
    this.#sums.copyWithin(row, before, row);
    FIXED.forEach((name, column) => {
      this.#sums[row + column]! += interval[name];
    });
    for (const [bucket, count] of interval.counts)
      this.#sums[row + FIXED.length + bucket - this.#low]! += count;
  }

  #add(into: Float64Array, from: number, to: number): void {
    const [a, b] = [from * this.#columns, to * this.#columns];
    for (let i = 0; i < this.#columns; i++) into[i]! += this.#sums[b + i]! - this.#sums[a + i]!;
  }

  /** One sample of the same length, drawn anew, as a single interval. */
  draw(random: () => number): Interval {
    const n = this.#sample.intervals.length;
    const sum = new Float64Array(this.#columns);
    for (let drawn = 0; drawn < n; drawn += this.#block) {
      const from = Math.floor(random() * n);
      const to = from + Math.min(this.#block, n - drawn);
      this.#add(sum, from, Math.min(to, n));
      if (to > n) this.#add(sum, 0, to - n);
    }
    return this.#interval(sum);
  }

  #interval(sum: Float64Array): Interval {
    const counts = new Map<number, number>();
    for (let i = FIXED.length; i < this.#columns; i++)
      if (sum[i]! > 0) counts.set(this.#low + i - FIXED.length, sum[i]!);
    const [requests, failures, seconds] = [sum[0]!, sum[1]!, sum[2]!];
    return { t: 0, requests, failures, seconds, counts };
  }

  /** The measures over one sample drawn anew. */
  measures(random: () => number, measures: Measure[]): (number | null)[] {
    const drawn = this.draw(random);
    return measures.map((measure) => measureOver(measure, this.#sample.track, [drawn], drawn.seconds));
  }
}
