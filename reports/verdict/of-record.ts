import type { RunRecord, Verdict } from '../record/record.ts';
import { decideVerdict } from './verdict.ts';

/** Requests that became victims; null when nothing was injected, or no carrier could say. */
export const faultHits = (faults: RunRecord['faults']): number | null =>
  faults.length === 0 || faults.some(({ endedBy }) => endedBy === 'unknown')
    ? null
    : faults.flatMap(({ carriers }) => carriers).reduce((sum, { hits }) => sum + hits, 0);

/** k6's thresholds look at the whole run: where a fault was in it, crossing them is what it was for. */
const crossed = ({ faults, load }: Pick<RunRecord, 'faults' | 'load'>): string[] =>
  faults.length > 0
    ? []
    : (load?.thresholds ?? [])
        .filter(({ ok }) => !ok)
        .map(({ metric, expression }) => `${metric} ${expression}`);

/** The verdict of a run that has been judged, and what the runner itself saw against the steady state, where it stopped there. */
export const verdictOf = (record: Omit<RunRecord, 'verdict' | 'seal' | 'timeline' | 'scores'>): Verdict => {
  const { kind, execution, findings, faults, hypothesis, objectives, comparison, experiment } = record;
  return decideVerdict({
    ...{ kind, execution, findings, hypothesis, objectives, comparison },
    faultsHit: faultHits(faults),
    faultless: experiment.faults.length === 0,
    recoveryWithin: faults.length > 0 ? experiment.recoveryWithin : null,
    crossedThresholds: crossed(record),
  });
};
