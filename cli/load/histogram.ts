import { HISTOGRAM_GAMMA } from '../../reports/record/evidence.ts';

/** Seconds; shorter ones count as this, so that the index stays bounded. */
const SHORTEST = 1e-4;
const LOG_GAMMA = Math.log(HISTOGRAM_GAMMA);

/** Index of the bucket (gamma^(i-1), gamma^i] seconds that a duration in seconds belongs to. */
export const bucketOf = (duration: number): number =>
  Math.ceil(Math.log(Math.max(duration, SHORTEST)) / LOG_GAMMA);
