import type { Slo } from '../../reports/judge/index.ts';
import { UNFELT } from '../../reports/record/findings.ts';
import type { RunRecord } from '../../reports/record/record.ts';
import type { Outcome } from '../campaign/entry.ts';
import { type Alarm, alarmsOf, culpritOf } from './alarm.ts';
import { type Gated, gateAmong } from './gate.ts';
import { type MachineSample, type Strain, worstWithin } from './machine.ts';
import type { CalmEntry } from './plan.ts';

/** An alarm with what the machine was doing when it came. */
export interface WatchedAlarm extends Alarm {
  machine: Strain | null;
}

/** One run in which nothing was broken. */
export interface CalmRow {
  id: string;
  load: string;
  seed: number;
  runId: string | null;
  verdict: string;
  /** Why the run is in no share; null where it is. */
  excluded: string | null;
  /** Seconds in which something could have alarmed. */
  watched: number;
  alarms: WatchedAlarm[];
  culprit: string | null;
  /** What made it inconclusive besides that nothing happened; one sentence each. */
  doubts: string[];
  /** The worst second of the machine from the steady phase on. */
  machine: Strain | null;
  gate: Gated | null;
}

export interface CalmResult {
  outcome: Outcome<CalmEntry>;
  record: RunRecord | null;
}

const excludedBecause = ({ execution, findings }: RunRecord): string | null => {
  if (execution.status !== 'completed') return `it was not carried out to its end (${execution.status})`;
  if (!findings) return 'there are no findings';
  const { observed, met, reasons } = findings.baseline;
  return observed && met ? null : `there was no steady state to compare with: ${reasons.join(' ')}`;
};

const isCounted = (record: RunRecord | null): record is RunRecord =>
  record !== null && excludedBecause(record) === null;

const boundsOf = ({ phases }: RunRecord): { steady: number; from: number; to: number } => {
  const steady = phases.find(({ name }) => name === 'steady');
  return { steady: steady?.from ?? 0, from: steady?.to ?? 0, to: phases.at(-1)?.to ?? 0 };
};

/** An alarm may be late by what it looks back: what the machine did in the second before belongs to it. */
const strainAt = ({ onset, detectedAt }: Alarm, samples: MachineSample[]): Strain | null =>
  worstWithin(samples, { from: onset - 1, to: detectedAt });

const doubtsOf = ({ findings }: RunRecord): string[] =>
  (findings?.conclusiveness.reasons ?? []).filter((reason) => reason !== UNFELT);

const failedRow = ({ entry, exitCode }: Outcome<CalmEntry>): CalmRow => ({
  ...{ id: entry.id, load: entry.load, seed: entry.seed, runId: null },
  ...{ verdict: 'no record', excluded: `it left no record (exit code ${exitCode ?? 'unknown'})` },
  ...{ watched: 0, alarms: [], culprit: null, doubts: [], machine: null, gate: null },
});

const rowOf = (
  { entry }: Outcome<CalmEntry>,
  record: RunRecord,
  samples: MachineSample[],
  gate: Gated | null,
): CalmRow => {
  const { steady, from, to } = boundsOf(record);
  return {
    ...{ id: entry.id, load: entry.load, seed: entry.seed, runId: record.runId },
    verdict: record.verdict.name,
    excluded: excludedBecause(record),
    watched: to - from,
    alarms: alarmsOf(record).map((alarm) => ({ ...alarm, machine: strainAt(alarm, samples) })),
    culprit: culpritOf(record),
    doubts: doubtsOf(record),
    machine: worstWithin(samples, { from: steady, to }),
    gate,
  };
};

/** A row of each run, in the order of the plan; the runs are gated among themselves. */
export const rowsOf = (results: CalmResult[], samples: MachineSample[], objectives: Slo[]): CalmRow[] => {
  const counted = results.map(({ record }) => record).filter(isCounted);
  return results.map(({ outcome, record }) =>
    record
      ? rowOf(outcome, record, samples, isCounted(record) ? gateAmong(record, counted, objectives) : null)
      : failedRow(outcome),
  );
};
