import { existsSync } from 'node:fs';
import { type Baseline, baselineOf } from '../../reports/judge/index.ts';
import type { Experiment, RunRecord } from '../../reports/record/record.ts';
import { ObsctlError } from '../shared/errors.ts';
import { type RecordPlace, recordFile } from './record-file.ts';
import { findRun, listRunIds } from './run-folder.ts';
import { canonicalJson } from './seal.ts';

/**
 * The run that is meant: a run id of `out` (or `latest`), or the path of a run folder or of a record. Throws
 * RUN_NOT_FOUND.
 */
export const findRecord = (out: string, text: string): RecordPlace => {
  const isRunId = text === 'latest' || listRunIds(out).includes(text);
  if (isRunId || !existsSync(text)) return findRun(out, text);
  return recordFile(text);
};

type Candidate = Pick<RunRecord, 'runId' | 'experiment'>;

/** What makes two experiments different ones, by its name. */
const differences = (a: Experiment, b: Experiment): string[] => {
  const { title: _title, command: _command, hash: _hash, ...mine } = a;
  return Object.keys(mine).filter(
    (key) => canonicalJson(a[key as keyof Experiment]) !== canonicalJson(b[key as keyof Experiment]),
  );
};

/** Why a run cannot be a baseline; null where it can. */
const whyNot = (run: Candidate, record: RunRecord): string | null => {
  const { runId, experiment, execution, verdict } = record;
  if (runId === run.runId) return `${runId} is the run itself`;
  if (experiment.hash !== run.experiment.hash)
    return `${runId} is of another experiment: it differs in ${differences(experiment, run.experiment).join(', ') || 'its hash'}`;
  if (execution.status !== 'completed')
    return `${runId} was not carried out to its end (${execution.status})`;
  return verdict.name === 'baseline-unmet' ? `${runId} had no steady state (baseline-unmet)` : null;
};

/**
 * The baseline runs of a run, each read and let go again but for what is compared. Throws BASELINE_MISMATCH with every run
 * that does not fit, RUN_NOT_FOUND, RECORD_INVALID.
 */
export const readBaselines = (run: Candidate, out: string, names: string[]): Baseline[] => {
  const problems: string[] = [];
  const seen = new Set<string>();
  const baselines = names.flatMap((name): Baseline[] => {
    const record = findRecord(out, name).readRecord();
    const why = seen.has(record.runId) ? `${record.runId} is named twice` : whyNot(run, record);
    seen.add(record.runId);
    if (why !== null) problems.push(why);
    return why === null ? [baselineOf(record)] : [];
  });
  if (problems.length === 0) return baselines;
  const subject = run.runId ? `Run ${run.runId}` : 'The run';
  throw new ObsctlError('BASELINE_MISMATCH', `${subject} cannot be compared with those runs.`, {
    details: problems,
  });
};
