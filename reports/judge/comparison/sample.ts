import { isIn } from '../../analysis/phases.ts';
import type { PhaseName } from '../../record/common.ts';
import type { Indicator, Measure } from '../../record/indicator.ts';
import { measureOver } from '../indicator.ts';
import type { JudgedParts } from '../objectives.ts';
import { type Interval, type Track, trackOf } from '../track.ts';
import { judgedPhases, judgedWindow } from '../windows.ts';

export type Viewpoint = Indicator['viewpoint'];

/** One phase of a run as it is compared: its intervals, and how quantiles are read from them. */
export interface Sample {
  phase: PhaseName;
  intervals: Interval[];
  track: Pick<Track, 'quantile'>;
}

/** The indicators that are compared, fixed beforehand: the more there are, the likelier one of them differs by chance. */
export const COMPARED: Measure[] = ['error-ratio', 'p95', 'requests-per-second'];

export const indicatorFor = (measure: Measure, viewpoint: Viewpoint): Indicator => ({
  ...{ measure, viewpoint, service: null, operation: null },
});

/** The judged phases of a run, all requests together. */
export const samplesOf = (parts: JudgedParts, viewpoint: Viewpoint): Sample[] => {
  const track = trackOf(parts, { viewpoint, service: null, operation: null });
  if (!track) return [];
  return judgedPhases(parts).flatMap((phase) => {
    const window = judgedWindow(parts, phase);
    const intervals = window ? track.intervals.filter((interval) => isIn(interval, window)) : [];
    return intervals.length > 0 ? [{ phase, intervals, track }] : [];
  });
};

/** Seconds that the intervals cover. */
export const secondsOf = (intervals: Interval[]): number =>
  intervals.reduce((sum, { seconds }) => sum + seconds, 0);

/** The measure over the whole sample; null where nothing ended. */
export const measured = ({ intervals, track }: Sample, measure: Measure): number | null =>
  measureOver(measure, track, intervals, secondsOf(intervals));
