import { judge, type Yardsticks } from '../../reports/judge/index.ts';
import type { Findings } from '../../reports/record/findings.ts';
import type { RunRecord } from '../../reports/record/record.ts';
import { scoreOf } from '../../reports/score/score.ts';
import { verdictOf } from '../../reports/verdict/of-record.ts';
import { resealed, sealRecord } from './seal.ts';
import { buildTimeline } from './timeline.ts';

/** The record with other findings: scores, timeline, verdict and seal follow from them. */
export const reconsider = (record: RunRecord, findings: Findings): RunRecord => {
  const { seal: _seal, verdict: _verdict, ...rest } = record;
  const { kind, phases, faults, incidents, load, execution } = record;
  const loadEndedAt = load?.endedAt ?? null;
  const changed = {
    ...rest,
    findings,
    scores: scoreOf(faults, findings),
    timeline: buildTimeline({ kind, phases, loadEndedAt, faults, findings, incidents, stop: execution.stop }),
  };
  return sealRecord({ ...changed, verdict: verdictOf(changed) });
};

/** The record held against other yardsticks; what is not given stays as it was judged. The hypothesis is judged anew. */
export const judgeAgain = (record: RunRecord, yardsticks: Partial<Yardsticks>): RunRecord => {
  const { objectives = [], baseline = [] } = yardsticks;
  const again = judge(record, { objectives, baseline });
  const judged = {
    hypothesis: again.hypothesis,
    objectives: yardsticks.objectives ? again.objectives : record.objectives,
    comparison: yardsticks.baseline ? again.comparison : record.comparison,
  };
  return resealed(record, { ...judged, verdict: verdictOf({ ...record, ...judged }) });
};
