import { judgeAgain } from '../../cli/experiment/reconsider.ts';
import { type Baseline, baselineOf, type Slo } from '../../reports/judge/index.ts';
import type { Compared } from '../../reports/record/comparison.ts';
import type { RunRecord, VerdictName } from '../../reports/record/record.ts';

/** What `obsctl gate RUN --slo … --baseline …` says of a run that nothing happened in. */
export interface Gated {
  verdict: VerdictName;
  /** Objectives and thresholds that it is said to have missed, one sentence each. */
  breaches: string[];
  /** Null where there are too few other runs of the same experiment. */
  compared: Differences | null;
}

export interface Differences {
  /** Ids of the runs it was compared with. */
  baseline: string[];
  worse: string[];
  better: string[];
}

/** From so many on the spread between the runs is the measure. */
export const BASELINE_RUNS = 5;

/** The nearest other runs of the same experiment by their time; null where there are not enough. */
const baselineFor = (run: RunRecord, all: RunRecord[]): Baseline[] | null => {
  const distance = ({ createdAt }: RunRecord) => Math.abs(createdAt - run.createdAt);
  const others = all
    .filter((other) => other.runId !== run.runId && other.experiment.hash === run.experiment.hash)
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, BASELINE_RUNS);
  return others.length < BASELINE_RUNS ? null : others.map(baselineOf);
};

const textsOf = (rows: Compared[], outcome: Compared['outcome']): string[] =>
  rows.filter((row) => row.outcome === outcome).map(({ text }) => text);

/**
 * The run held against the objectives and against five others of its experiment among `all`, by the functions that `gate`
 * itself calls.
 */
export const gateAmong = (run: RunRecord, all: RunRecord[], objectives: Slo[]): Gated => {
  const baseline = baselineFor(run, all);
  const { verdict, comparison } = judgeAgain(run, { objectives, baseline: baseline ?? [] });
  return {
    verdict: verdict.name,
    breaches: verdict.name === 'slo-breach' ? verdict.reasons : [],
    compared: comparison && {
      baseline: comparison.baseline,
      worse: textsOf(comparison.rows, 'worse'),
      better: textsOf(comparison.rows, 'better'),
    },
  };
};
