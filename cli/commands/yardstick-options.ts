import type { Command } from 'commander';
import type { Yardsticks } from '../../reports/judge/index.ts';
import type { Experiment, RunRecord } from '../../reports/record/record.ts';
import { readBaselines } from '../experiment/baselines.ts';
import { readSlos } from '../objectives/find-slo.ts';

export interface YardstickFlags {
  slo?: string[];
  baseline?: string[];
}

const collect = (text: string, before: string[] = []): string[] => [
  ...before,
  ...text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean),
];

/** Options of what a run is held against, shared by `run` and `gate`. */
export const addYardstickOptions = (command: Command): Command =>
  command
    .option('--slo <file>', 'an OpenSLO v1 file, or the name of one that is shipped (repeatable)', collect)
    .option(
      '--baseline <run>',
      'an earlier run of the same experiment to compare with; five or more are best (repeatable)',
      collect,
    );

/**
 * What a run is to be held against: the experiment's own objectives (names or paths), those of the flags, and its
 * baseline runs. To be called before anything is touched. Throws USAGE, SLO_INVALID, BASELINE_MISMATCH, RUN_NOT_FOUND.
 */
export const yardsticksFor = (
  experiment: Experiment,
  { slo = [], baseline = [] }: YardstickFlags,
  out: string,
): Yardsticks => ({
  objectives: readSlos([...new Set([...experiment.objectives, ...slo])]),
  baseline: readBaselines({ runId: '', experiment }, out, baseline),
});

/**
 * What the flags ask for; what they do not mention is left out. Throws USAGE, SLO_INVALID, BASELINE_MISMATCH,
 * RUN_NOT_FOUND.
 */
export const yardsticksOf = (
  { slo, baseline }: YardstickFlags,
  run: Pick<RunRecord, 'runId' | 'experiment'>,
  out: string,
): Partial<Yardsticks> => ({
  ...(slo ? { objectives: readSlos(slo) } : {}),
  ...(baseline ? { baseline: readBaselines(run, out, baseline) } : {}),
});
