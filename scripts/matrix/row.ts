import type { Suspect } from '../../reports/record/attribution.ts';
import type { Window } from '../../reports/record/common.ts';
import type { FaultScore, RunRecord } from '../../reports/record/record.ts';
import type { InjectedFault } from '../../reports/record/truth.ts';
import { type Outcome, PHASES } from '../campaign/entry.ts';
import type { Entry } from './plan.ts';

/** What the analysis answered: the kind named first, or one of the two words for none. */
export type Answer = string;

export interface Answered {
  service: string;
  dependency: string | null;
  operation: string | null;
  kind: string;
  confidence: number;
  /** Why it ranks lower; null for the first. */
  lower: string | null;
  /** Its strongest reason. */
  because: string | null;
}

export interface Truth {
  fault: string;
  service: string;
  kind: string;
  parameters: Record<string, unknown>;
  target: Record<string, unknown>;
  score: FaultScore | null;
}

/** One run of the matrix, from its record alone. */
export interface Row {
  id: string;
  half: Entry['half'];
  seed: number;
  /** Of the plan; empty for a run without a fault. */
  faults: string[];
  runId: string | null;
  verdict: string;
  /** Why the run is in no rate; null where it is. */
  excluded: string | null;
  truths: Truth[];
  clientSaw: boolean;
  detected: boolean;
  timeToDetect: number | null;
  timeToAttribute: number | null;
  answer: Answer;
  suspects: Answered[];
  lacks: string[];
  /** Stretches of a fault's length after the steady phase of a run without a fault, and how many had an alarm. */
  windows: number;
  alarmed: number;
}

const SHOWN_SUSPECTS = 3;

const strongest = ({ reasons }: Suspect): string | null =>
  [...reasons].sort((a, b) => b.weight - a.weight)[0]?.text ?? null;

const answered = (suspect: Suspect): Answered => ({
  service: suspect.service,
  dependency: suspect.dependency,
  operation: suspect.operation,
  kind: suspect.kind,
  confidence: suspect.confidence,
  lower: suspect.lower,
  because: strongest(suspect),
});

const truthOf = ({ name, label, parameters, target }: InjectedFault, score: FaultScore | null): Truth => ({
  fault: name,
  service: label.service,
  kind: label.kind,
  parameters,
  target,
  score,
});

/** A run that never got to what it was for says nothing about the analysis; one that is only not restored does. */
const excludedBecause = (
  { execution, findings, verdict, faults }: RunRecord,
  entry: Entry,
): string | null => {
  if (execution.status !== 'completed') return `${execution.status}: ${execution.error ?? 'no reason given'}`;
  if (!findings) return 'there are no findings';
  if (verdict.name === 'baseline-unmet' || !findings.baseline.observed || !findings.baseline.met)
    return `baseline unmet: ${findings.baseline.reasons.join(' ') || verdict.reasons.join(' ')}`;
  if (faults.length < entry.faults.length || faults.some(({ injectedAt }) => injectedAt === null))
    return 'not every fault was injected';
  return null;
};

const least = (values: (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.min(...known) : null;
};

/** A culprit that is named goes before a loss of telemetry, which is an answer of its own kind. */
const answerOf = ({ findings }: RunRecord): Answer => {
  const { status, suspects } = findings?.attribution ?? { status: 'nothing', suspects: [] };
  if (status === 'named') return suspects[0]?.kind ?? 'unknown';
  return findings && findings.telemetryLoss.length > 0 ? 'loss' : status;
};

/** When an alarm was on, or telemetry was said to be lost: both are false in a calm run. */
const alarmsOf = ({ findings }: RunRecord): Window[] => [
  ...(findings?.spikes ?? []).map(({ detectedAt, endedAt }) => ({
    from: detectedAt,
    to: endedAt ?? Number.POSITIVE_INFINITY,
  })),
  ...(findings?.telemetryLoss ?? []).map(({ from, to }) => ({ from, to })),
];

/** Windows of a fault's length from the end of the steady phase to the end of the run; alarmed: an alarm was on in it. */
const windowsOf = (record: RunRecord): { windows: number; alarmed: number } => {
  const from = record.phases.find(({ name }) => name === 'fault')?.from;
  const to = record.phases.at(-1)?.to;
  if (from === undefined || to === undefined) return { windows: 0, alarmed: 0 };
  const starts = Array.from(
    { length: Math.floor((to - from) / PHASES.fault + 1e-6) },
    (_, i) => from + i * PHASES.fault,
  );
  const alarms = alarmsOf(record);
  const on = (start: number) => alarms.some((alarm) => alarm.from < start + PHASES.fault && alarm.to > start);
  return { windows: starts.length, alarmed: starts.filter(on).length };
};

const NOTHING = { windows: 0, alarmed: 0 };

const failedRow = ({ entry, exitCode, error }: Outcome<Entry>): Row => ({
  ...{ id: entry.id, half: entry.half, seed: entry.seed, faults: entry.faults, runId: null },
  verdict: `exit code ${exitCode ?? '?'}`,
  excluded: `no record: ${error ?? 'no reason given'}`,
  ...{ truths: [], clientSaw: false, detected: false, timeToDetect: null, timeToAttribute: null },
  ...{ answer: 'nothing', suspects: [], lacks: [], ...NOTHING },
});

/** The line of the matrix that an entry of the plan became. */
export const rowOf = (outcome: Outcome<Entry>, record: RunRecord | null): Row => {
  if (!record) return failedRow(outcome);
  const { entry } = outcome;
  const { scores, faults, findings } = record;
  return {
    ...{ id: entry.id, half: entry.half, seed: entry.seed, faults: entry.faults, runId: record.runId },
    verdict: record.verdict.name,
    excluded: excludedBecause(record, entry),
    truths: faults.map((fault, i) => truthOf(fault, scores[i] ?? null)),
    clientSaw: scores.some(({ clientSaw }) => clientSaw),
    detected: scores.some(({ detected }) => detected),
    timeToDetect: least(scores.map(({ timeToDetect }) => timeToDetect)),
    timeToAttribute: least(scores.map(({ timeToAttribute }) => timeToAttribute)),
    answer: answerOf(record),
    suspects: (findings?.attribution.suspects ?? []).slice(0, SHOWN_SUSPECTS).map(answered),
    lacks: findings?.attribution.lacks ?? [],
    ...(entry.faults.length === 0 ? windowsOf(record) : NOTHING),
  };
};

/** Right at first: the first answer is the fault's, of a pair one of both. */
export const rightAtFirst = ({ truths }: Row): boolean => truths.some(({ score }) => score?.rank === 1);

/** Every fault of the run is among the first three answers. */
export const rightWithinThree = ({ truths }: Row): boolean =>
  truths.length > 0 && truths.every(({ score }) => (score?.rank ?? 99) <= 3);
