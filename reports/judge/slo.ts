import type { PhaseName } from '../record/common.ts';
import type { Indicator } from '../record/indicator.ts';
import type { NoData } from '../record/objectives.ts';
import type { Population } from './track.ts';

/** Which requests are good: those that succeeded, or those that ended within so many seconds, whatever came of them. */
export type Good = { what: 'succeeded' } | { what: 'ended-within'; seconds: number };

export type Comparator = 'lte' | 'gte' | 'lt' | 'gt';

/** What an SLO counts: good requests of all, or seconds in which a value lay on the right side of a threshold. */
export type Metric =
  | { kind: 'ratio'; of: Population; good: Good }
  | { kind: 'threshold'; indicator: Indicator };

/** A slice of time is good when at least `target` (0..1) of what it holds is. */
export interface Slices {
  seconds: number;
  target: number;
}

export interface Objective {
  /** Its display name, else its target. */
  name: string;
  /** Share of good observations, 0..1. */
  target: number;
  /** With a threshold metric only. */
  threshold: { op: Comparator; value: number } | null;
  /** Null: each observation counts by itself. */
  slices: Slices | null;
}

/** An OpenSLO document, resolved. */
export interface Slo {
  name: string;
  /** The file's name, without its folder. */
  file: string;
  metric: Metric;
  objectives: Objective[];
  /** Phases in which a breach counts; in the others it is allowed. */
  phases: PhaseName[];
  noData: NoData;
}
