import type { Phase } from '../../record/common.ts';
import type { Point } from '../series.ts';
import { type RobustScale, robustScale, robustZ } from '../statistics/median.ts';
import { bucketLogWidth } from '../statistics/quantile.ts';
import { type Anomaly, after, inside, mergeClose, toAnomaly } from './anomaly.ts';
import { findRuns } from './runs.ts';

/** The rule (docs/adr/0007): robust z of log p95 above 4 in 3 of 5 points. */
export const LATENCY_RULE = { z: 4, points: 3, of: 5 } as const;
/**
 * Floor of the scale for series with exact quantiles: z = 4 then means 1.75 times the steady median, so that a
 * doubling always counts and a very quiet steady phase does not turn every ripple into an alarm.
 */
const EXACT_FLOOR = Math.log(1.15);
/** A rise below this is scheduling and garbage collection, whatever its ratio, seconds. */
export const MIN_RISE_SECONDS = 0.01;
/** Fewer steady points than this give no scale worth the name. */
const MIN_REFERENCE_POINTS = 3;

/**
 * Floor of the scale in log space. Where p95 comes from buckets, z = 4 must mean at least one whole bucket:
 * a move within one bucket is interpolation, not evidence.
 */
export const scaleFloor = (centre: number, bounds: number[] | null): number =>
  bounds === null || bounds.length === 0
    ? EXACT_FLOOR
    : Math.max(EXACT_FLOOR, bucketLogWidth(centre, bounds) / LATENCY_RULE.z);

/** Exact quantiles in milliseconds; those from buckets with the two digits they are worth. */
const milliseconds = (seconds: number, bounds: number[] | null): string =>
  bounds === null
    ? `${(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)} ms`
    : `~${Number((seconds * 1000).toPrecision(2))} ms`;

const stepText = ({ seconds }: Point): string => (seconds === 1 ? 'seconds' : `steps of ${seconds} s`);

const referenceScale = (reference: Point[], bounds: number[] | null): RobustScale => {
  const logs = reference.map(({ p95 }) => Math.log(p95!));
  const { centre } = robustScale(logs, 0);
  return robustScale(logs, scaleFloor(Math.exp(centre), bounds));
};

/**
 * Stretches in which p95 rose above its steady phase. `bounds` are the histogram's, null for exact quantiles.
 * Seconds in which nothing ended are gaps: they are neither normal nor abnormal.
 */
export const latencyAnomalies = (points: Point[], steady: Phase, bounds: number[] | null): Anomaly[] => {
  const measured = points.filter(({ p95 }) => p95 !== null && Number.isFinite(p95) && p95 > 0);
  const reference = inside(measured, steady);
  const tested = after(measured, steady);
  if (reference.length < MIN_REFERENCE_POINTS || tested.length === 0) return [];

  const scale = referenceScale(reference, bounds);
  const baseline = Math.exp(scale.centre);
  const z = tested.map(({ p95 }) => robustZ(Math.log(p95!), scale));
  const abnormal = tested.map(({ p95 }, i) => z[i]! > LATENCY_RULE.z && p95! - baseline >= MIN_RISE_SECONDS);
  const windowStart = (i: number, from: number) => Math.max(from, i + 1 - LATENCY_RULE.of);
  const count = (i: number, from: number) =>
    abnormal.slice(windowStart(i, from), i + 1).filter(Boolean).length;
  const fires = (i: number, from: number) => abnormal[i]! && count(i, from) >= LATENCY_RULE.points;
  const runs = findRuns(abnormal, fires);
  return mergeClose(
    runs.map((run) =>
      toAnomaly(tested, run, {
        baseline,
        value: ({ p95 }) => p95!,
        evidence: ({ fired }) =>
          `p95 ${milliseconds(tested[fired]!.p95!, bounds)} against a median of ${milliseconds(baseline, bounds)} in steady (robust z = ${z[fired]!.toFixed(1)}, above ${LATENCY_RULE.z} in ${LATENCY_RULE.points} of ${LATENCY_RULE.of} ${stepText(tested[fired]!)})`,
      }),
    ),
  );
};
