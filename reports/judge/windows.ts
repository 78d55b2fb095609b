import { phaseNamed } from '../analysis/phases.ts';
import type { Phase, PhaseName, Window } from '../record/common.ts';
import type { Stage } from '../record/indicator.ts';
import type { Experiment, RunRecord } from '../record/record.ts';
import type { InjectedFault } from '../record/truth.ts';

/** What says where a run's parts lie. */
export interface RunWindows {
  phases: Phase[];
  faults: Pick<InjectedFault, 'drainSeconds' | 'clearedAt'>[];
  experiment: Pick<Experiment, 'recoveryWithin'>;
}

/** A window that is judged, and how much of its phase was left out before it, seconds. */
export interface JudgedWindow extends Window {
  phase: PhaseName;
  leftOut: number;
}

export const PHASE_OF = { before: 'steady', during: 'fault', after: 'recovery' } as const satisfies Record<
  Stage,
  PhaseName
>;

/** Seconds that the system may take to be as before: its own limit, else as long as what was injected drains. */
const allowance = ({ faults, experiment }: RunWindows): number =>
  experiment.recoveryWithin ?? Math.max(0, ...faults.map(({ drainSeconds }) => drainSeconds));

/**
 * The part of a phase that is judged: all of it, but of the recovery only what comes after the time that the system may
 * take to recover (whole seconds: none is split). Null where the run had no such phase, or nothing of it is left.
 */
export const judgedWindow = (run: RunWindows, name: PhaseName): JudgedWindow | null => {
  const phase = phaseNamed(run.phases, name);
  if (!phase) return null;
  const leftOut = name === 'recovery' ? Math.ceil(allowance(run)) : 0;
  const from = phase.from + leftOut;
  return from < phase.to ? { phase: name, from, to: phase.to, leftOut } : null;
};

/** Phases of the run that can be judged: those there are, without the warm-up, which is thrown away. */
export const judgedPhases = ({ phases }: Pick<RunRecord, 'phases'>): PhaseName[] =>
  (['steady', 'fault', 'recovery'] as const).filter((name) => phaseNamed(phases, name) !== null);
