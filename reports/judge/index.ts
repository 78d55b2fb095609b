import type { RunRecord } from '../record/record.ts';
import { type Baseline, compareRuns } from './comparison/index.ts';
import { judgeHypotheses } from './hypothesis.ts';
import { evaluateSlo, type JudgedParts } from './objectives.ts';
import type { Slo } from './slo.ts';

export { type Baseline, baselineOf, compareRuns } from './comparison/index.ts';
export { type IndicatorValue, indicatorOver } from './indicator.ts';
export { evaluateSlo, type JudgedParts } from './objectives.ts';
export type { Comparator, Good, Metric, Objective, Slices, Slo } from './slo.ts';
export { type JudgedWindow, judgedWindow } from './windows.ts';

/** What a run is held against besides its own hypothesis. */
export interface Yardsticks {
  objectives: Slo[];
  /** Empty: it is compared with nothing. */
  baseline: Baseline[];
}

export const NO_YARDSTICKS: Yardsticks = { objectives: [], baseline: [] };

export type Judgement = Pick<RunRecord, 'hypothesis' | 'objectives' | 'comparison'>;

/** Everything a run is judged by, from the series of its record. Pure: the same record and yardsticks, the same judgement. */
export const judge = (parts: JudgedParts, { objectives, baseline }: Yardsticks): Judgement => ({
  hypothesis: judgeHypotheses(parts),
  objectives: objectives.flatMap((slo) => evaluateSlo(slo, parts)),
  comparison: baseline.length > 0 ? compareRuns(parts, baseline) : null,
});
