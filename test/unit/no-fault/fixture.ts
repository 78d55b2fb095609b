import type { Findings } from '../../../reports/record/findings.ts';
import type { RunRecord } from '../../../reports/record/record.ts';
import { planOf } from '../../../scripts/no-fault/plan.ts';
import type { CalmResult } from '../../../scripts/no-fault/row.ts';
import { downstreamTimeoutEvidence, quietEvidence } from '../../fixtures/evidence/index.ts';
import { recordOf } from '../../fixtures/evidence/record.ts';

export const PLAN = planOf(12);

/** As long as a short run; everything that is random in it follows from the number. */
const evidenceOf = (seed: number) =>
  quietEvidence({ seed, durations: { warmUp: 3, steady: 15, fault: 10, recovery: 8 } });

/** The n-th of several runs of one experiment in which nothing happened. */
export const quiet = (n: number, changes: Partial<RunRecord> = {}): RunRecord => {
  const record = recordOf(evidenceOf(n + 1), null);
  return { ...record, runId: `run-${n}`, createdAt: record.createdAt + 60 * n, ...changes };
};

export const withFindings = (record: RunRecord, changes: Partial<Findings>): RunRecord => ({
  ...record,
  findings: { ...record.findings!, ...changes },
});

/** What the analysis finds where something really broke. */
export const broken: RunRecord = recordOf(downstreamTimeoutEvidence(), null);

/** The same run with one request in five failing. */
export const failing = (record: RunRecord): RunRecord => {
  const client = record.series.client!;
  const overall = client.overall.map((point) => ({ ...point, failures: Math.round(point.requests / 5) }));
  return { ...record, series: { ...record.series, client: { ...client, overall } } };
};

export const resultsOf = (records: (RunRecord | null)[]): CalmResult[] =>
  records.map((record, i) => ({
    outcome: { entry: PLAN[i]!, exitCode: record ? 6 : 9, error: record ? null : 'at /home/somebody/x' },
    record,
  }));
