import type { Phase } from '../../record/common.ts';
import type { Point } from '../series.ts';
import { MERGE_SECONDS, type Run } from './runs.ts';

/** A stretch in which a series left its steady state; times are Unix seconds. */
export interface Anomaly {
  /** Start of the first abnormal second. */
  onset: number;
  /** End of the second in which the rule fired: nobody could have known earlier. */
  detectedAt: number;
  peakAt: number;
  /** Start of the first normal second again; null = not within the run. */
  endedAt: number | null;
  /** The steady phase's value, and the worst second's: a ratio for errors, seconds for latency. */
  baseline: number;
  peak: number;
  evidence: string;
}

/** The reference: intervals that lie in the steady phase as a whole. */
export const inside = <P extends Point>(points: P[], { from, to }: { from: number; to: number }): P[] =>
  points.filter(({ t, seconds }) => t >= from && t + seconds <= to);

/** What is tested: all that reaches past the steady phase. Warm-up and steady are tested against nothing. */
export const after = <P extends Point>(points: P[], steady: Phase): P[] =>
  points.filter(({ t, seconds }) => t + seconds > steady.to);

export interface Described {
  baseline: number;
  value: (point: Point) => number;
  evidence: (run: Run) => string;
}

/** Puts clock times and values to a run of points. */
export const toAnomaly = (points: Point[], run: Run, { baseline, value, evidence }: Described): Anomaly => {
  const stretch = points.slice(run.onset, run.ended ?? points.length);
  const worst = stretch.reduce((a, b) => (value(b) > value(a) ? b : a));
  const fired = points[run.fired]!;
  return {
    onset: points[run.onset]!.t,
    detectedAt: fired.t + fired.seconds,
    peakAt: worst.t,
    endedAt: run.ended === null ? null : Math.max(points[run.ended]!.t, fired.t + fired.seconds),
    baseline,
    peak: value(worst),
    evidence: evidence(run),
  };
};

/** Joins stretches that lie closer together than `MERGE_SECONDS`: one spike with a breath in it. */
export const mergeClose = (anomalies: Anomaly[]): Anomaly[] => {
  const merged: Anomaly[] = [];
  for (const next of anomalies) {
    const last = merged.at(-1);
    if (!last || last.endedAt === null || next.onset - last.endedAt > MERGE_SECONDS) {
      merged.push(next);
      continue;
    }
    const worst = next.peak > last.peak ? next : last;
    merged[merged.length - 1] = { ...last, endedAt: next.endedAt, peak: worst.peak, peakAt: worst.peakAt };
  }
  return merged;
};
