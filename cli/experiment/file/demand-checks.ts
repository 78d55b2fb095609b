import { judgedWindow } from '../../../reports/judge/index.ts';
import type { Phase } from '../../../reports/record/common.ts';
import type { StopCondition } from '../../../reports/record/indicator.ts';
import { findFault } from '../../chaos/catalogue.ts';
import type { Durations } from '../plan.ts';
import type { PlannedInjection } from '../planned-injection.ts';
import { trueFromTheStart } from '../stop-refusal.ts';
import type { ExperimentFile } from './schema.ts';
import type { Problem } from './violations.ts';

/** The run as it is meant to go, its faults taking all the time that they may to drain. */
const meant = (durations: Durations, faults: PlannedInjection[], recoveryWithin: number | null) => {
  const to = durations.fault + durations.recovery;
  const phases: Phase[] = [{ name: 'recovery', from: durations.fault, to }];
  const draining = faults.map(({ injection }) => ({
    drainSeconds: findFault(injection.fault).drain.seconds,
    clearedAt: null,
  }));
  return { phases, faults: draining, experiment: { recoveryWithin } };
};

type Asked = Pick<ExperimentFile, 'phases' | 'hypothesis' | 'recoveryWithin'>;

/** What asks for the time after the fault, where the recovery phase leaves none of it. */
export const afterProblems = (
  { phases, hypothesis, recoveryWithin }: Asked,
  faults: PlannedInjection[],
): Problem[] => {
  const { recovery } = phases;
  if (recoveryWithin !== undefined && recoveryWithin >= recovery)
    return [
      {
        path: ['recoveryWithin'],
        message: `must be shorter than the recovery phase, which lasts ${recovery} s`,
      },
    ];
  if (judgedWindow(meant(phases, faults, recoveryWithin ?? null), 'recovery')) return [];
  return hypothesis.flatMap(({ when }, i): Problem[] =>
    when.includes('after')
      ? [
          {
            path: ['hypothesis', i, 'when'],
            message: `nothing is left to judge after the fault: the recovery phase lasts ${recovery} s, and the faults take as long to drain`,
          },
        ]
      : [],
  );
};

/** Stop conditions that would end the run before anything was broken. */
export const stopProblems = (conditions: StopCondition[], rate: number | null): Problem[] =>
  conditions.flatMap((condition, i) =>
    trueFromTheStart({ rate, stopConditions: [condition] }).map((message) => ({
      path: ['stopConditions', i],
      message,
    })),
  );
