import type { Findings } from '../../reports/record/findings.ts';
import type { RunRecord } from '../../reports/record/record.ts';
import { scoreOf } from '../../reports/score/score.ts';
import { decideVerdict } from '../../reports/verdict/verdict.ts';
import { sealRecord } from './seal.ts';
import { buildTimeline } from './timeline.ts';

/** Requests that became victims; null when nothing was injected, or no carrier could say. */
export const faultHits = (faults: RunRecord['faults']): number | null =>
  faults.length === 0 || faults.some(({ endedBy }) => endedBy === 'unknown')
    ? null
    : faults.flatMap(({ carriers }) => carriers).reduce((sum, { hits }) => sum + hits, 0);

/** The record with other findings: scores, timeline, verdict and seal follow from them. */
export const reconsider = (record: RunRecord, findings: Findings): RunRecord => {
  const { seal: _seal, ...rest } = record;
  const { phases, faults, incidents, execution } = record;
  return sealRecord({
    ...rest,
    findings,
    scores: scoreOf(faults, findings),
    timeline: buildTimeline({
      kind: record.kind,
      phases,
      loadEndedAt: record.load?.endedAt ?? null,
      faults,
      findings,
      incidents,
    }),
    verdict: decideVerdict({ kind: record.kind, execution, findings, faultsHit: faultHits(faults) }),
  });
};
