import { median } from '../../analysis/statistics/median.ts';
import { HISTOGRAM_GAMMA } from '../../record/evidence.ts';
import type { Measure } from '../../record/indicator.ts';
import { measured, type Sample } from './sample.ts';
import { studentQuantile } from './student.ts';

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const deviation = (values: number[]): number => {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
};

/** Latencies scatter by factors, not by milliseconds: on their logarithm the spread is alike, fast or slow. */
const isLatency = (measure: Measure): boolean =>
  measure !== 'error-ratio' && measure !== 'requests-per-second';

/**
 * The least that a run's value scatters, however alike the baseline runs were: the chance in a share of so many requests
 * (Laplace's rule where none failed), the width of a histogram's bucket (as a logarithm), nothing more for a rate.
 */
const leastScatter = (measure: Measure, baseline: Sample[]): number => {
  if (measure === 'requests-per-second') return 0;
  if (isLatency(measure)) return Math.log(HISTOGRAM_GAMMA);
  const all = baseline.flatMap(({ intervals }) => intervals);
  const requests = all.reduce((sum, interval) => sum + interval.requests, 0);
  const p = (all.reduce((sum, interval) => sum + interval.failures, 0) + 1) / (requests + 2);
  return Math.sqrt((p * (1 - p) * baseline.length) / requests);
};

/** Variance of the median of many normal values over that of their mean. */
const MEDIAN_VARIANCE = Math.PI / 2;

/** Half the prediction interval of one more value around the median of those. */
const halfWidth = (values: number[], scatter: number, tail: number): number =>
  studentQuantile(tail, values.length - 1) *
  Math.max(deviation(values), scatter) *
  Math.sqrt(1 + MEDIAN_VARIANCE / values.length);

/**
 * The interval of the difference between one more run and the median of the baseline runs that leaves out `tail` on either
 * side: the prediction interval of a normal sample (Hahn and Meeker, Statistical Intervals, 1991), of latencies on their
 * logarithm. Null with fewer than two values.
 */
export const runsInterval = (
  run: Sample,
  baseline: Sample[],
  measure: Measure,
  tail: number,
): [number, number] | null => {
  const value = measured(run, measure);
  const values = baseline.map((sample) => measured(sample, measure)).filter((one) => one !== null);
  if (value === null || values.length < 2) return null;
  const scatter = leastScatter(measure, baseline);
  const middle = median(values);
  if (!isLatency(measure)) {
    const half = halfWidth(values, scatter, tail);
    return [value - middle - half, value - middle + half];
  }
  const factor = Math.exp(halfWidth(values.map(Math.log), scatter, tail));
  return [value / factor - middle, value * factor - middle];
};
