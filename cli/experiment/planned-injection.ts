import type { Experiment } from '../../reports/record/record.ts';
import type { Injection } from '../chaos/chaos-driver.ts';

/** A fault of a run: what is injected, how many seconds after the fault phase began, and for how long. */
export interface PlannedInjection {
  injection: Injection;
  at: number;
  duration: number;
}

type PlannedFault = Experiment['faults'][number];

/** As the experiment writes it down: the replicas stand in the target. */
export const toPlannedFault = ({ injection, at, duration }: PlannedInjection): PlannedFault => {
  const { fault, parameters, target, instances } = injection;
  return { fault, parameters, target: { ...target, ...(instances ? { instances } : {}) }, at, duration };
};

/** And back: what a chaos driver is told. */
export const injectionOf = ({ fault, parameters, target, duration }: PlannedFault): Injection => {
  const { instances, ...aim } = target as { instances?: string[] };
  return { fault, parameters, target: aim, instances, leaseSeconds: duration };
};
