import { readEvidence } from '../../cli/telemetry/evidence-files.ts';
import { evidenceSchema } from '../../reports/record/evidence.ts';
import type { RunRecord } from '../../reports/record/record.ts';
import type { Outcome } from '../campaign/entry.ts';
import { runFolderOf } from '../campaign/store.ts';
import { brokenHop, type Hop, hopsOf, leading, type ProofRun } from './hops.ts';
import type { Expectation, ProofEntry } from './plan.ts';
import { refusedHop } from './refusal.ts';

/** One fault on one kind of telemetry. */
export interface ProofRow {
  id: string;
  fault: string;
  expect: Expectation;
  runId: string | null;
  hops: Hop[];
  /** Seconds from the injection. */
  spikeAfter: number | null;
  timeToDetect: number | null;
  firstAlert: { name: string; after: number } | null;
  /** Traces named for the leading spike. */
  exemplars: { metrics: number; search: number } | null;
  /** Trace ids of the leading spike's examples that were fetched, of how many, and the log lines that carry them. */
  traces: { fetched: number; of: number } | null;
  logLines: number | null;
  answer: string;
  rank: number | null;
  verdict: string;
}

const answerOf = ({ findings }: RunRecord): string => {
  const { status = 'nothing', suspects: [first] = [] } = findings?.attribution ?? {};
  const [lost] = findings?.telemetryLoss ?? [];
  if (status === 'nothing' && lost) return `telemetry / ${lost.signal} / loss`;
  if (status !== 'named' || !first) return status;
  return [first.service, first.dependency, first.kind].filter(Boolean).join(' / ');
};

const firstAlertOf = ({ scores }: RunRecord): ProofRow['firstAlert'] => {
  const fired = (scores[0]?.alerts ?? []).flatMap(({ name, firedAfter }) =>
    firedAfter === null ? [] : [{ name, after: firedAfter }],
  );
  return fired.sort((a, b) => a.after - b.after)[0] ?? null;
};

const chainFigures = (run: ProofRun): Pick<ProofRow, 'spikeAfter' | 'exemplars' | 'traces' | 'logLines'> => {
  const spike = leading(run);
  const at = run.record.faults[0]?.injectedAt ?? null;
  if (!spike || at === null) return { spikeAfter: null, exemplars: null, traces: null, logLines: null };
  const { examples, exemplarsInWindow: all, fromMetrics: metrics } = spike;
  const there = new Set(run.evidence.traces.map(({ traceId }) => traceId));
  return {
    spikeAfter: Math.max(0, spike.onset - at),
    exemplars: { metrics, search: all - metrics },
    traces: { fetched: examples.filter(({ traceId }) => there.has(traceId)).length, of: examples.length },
    logLines: examples.reduce((sum, { logLines }) => sum + logLines, 0),
  };
};

const rowWithout = ({ id, faults, expect }: ProofEntry, hop: Hop): ProofRow => ({
  ...{ id, fault: faults[0]!, expect, runId: null, hops: [hop] },
  ...{
    spikeAfter: null,
    timeToDetect: null,
    firstAlert: null,
    exemplars: null,
    traces: null,
    logLines: null,
  },
  ...{ answer: 'nothing', rank: null, verdict: 'no record' },
});

const notInjected = (text: string): Hop => ({ name: 'injected', ok: false, text });

/** What has not run proves nothing. */
export const rowNotRun = (entry: ProofEntry): ProofRow => rowWithout(entry, notInjected('It has not run.'));

/** `unseen`: nobody noticed it, and nobody had to. `refused`: as it must be. */
export type Standing = 'whole' | 'unseen' | 'refused' | 'broken';

export const standingOf = ({ expect, hops }: Pick<ProofRow, 'expect' | 'hops'>): Standing => {
  if (brokenHop(hops)) return 'broken';
  if (expect === 'refused') return 'refused';
  return expect === 'perhaps' && hops.some(({ name }) => name === 'silence') ? 'unseen' : 'whole';
};

/** The line of the table that a run became. */
export const rowOf = (entry: ProofEntry, run: ProofRun): ProofRow => {
  const { record } = run;
  const { id, faults, expect } = entry;
  return {
    ...{ id, fault: faults[0]!, expect, runId: record.runId, hops: hopsOf(run, expect) },
    ...chainFigures(run),
    timeToDetect: record.scores[0]?.timeToDetect ?? null,
    firstAlert: firstAlertOf(record),
    answer: answerOf(record),
    rank: record.scores[0]?.rank ?? null,
    verdict: record.verdict.name,
  };
};

/** The same of what a run left in its folder; a run without record or evidence has broken its first hop. */
export const rowOfFolder = (
  out: string,
  { outcome, record }: { outcome: Outcome<ProofEntry>; record: RunRecord | null },
): ProofRow => {
  const { entry, error } = outcome;
  const folder = runFolderOf(out, entry);
  if (entry.expect === 'refused')
    return rowWithout(entry, refusedHop(record ? 'it left a record of a run' : error));
  if (!record || !folder)
    return rowWithout(entry, notInjected(`The run left no record: ${error ?? 'no reason given'}`));
  try {
    return rowOf(entry, { record, evidence: evidenceSchema.parse(readEvidence(folder)) });
  } catch (problem) {
    return rowWithout(entry, notInjected(`The evidence cannot be read: ${(problem as Error).message}`));
  }
};
