import { basename } from 'node:path';
import type { Hypothesis, StopCondition } from '../../../reports/record/indicator.ts';
import type { Experiment } from '../../../reports/record/record.ts';
import type { ScenarioInfo } from '../../load/load-driver.ts';
import { planExperiment } from '../plan.ts';
import type { PlannedInjection } from '../planned-injection.ts';
import { DEFAULT_REPLICAS, type StackSettings, unusual } from '../stack-settings.ts';
import type { ExperimentFile } from './schema.ts';

/** The settings of the stack that a file asks for, the usual ones where it says nothing. */
export const settingsOf = ({ replicas, retryBudget }: ExperimentFile['stack']): StackSettings => ({
  replicas: replicas ?? DEFAULT_REPLICAS,
  retryBudget: retryBudget ?? null,
});

export const hypothesesOf = (entries: ExperimentFile['hypothesis']): Hypothesis[] =>
  entries.map(({ measure, viewpoint, service, operation, atMost, atLeast, when }) => ({
    indicator: { measure, viewpoint, service: service ?? null, operation: operation ?? null },
    tolerance: { atMost: atMost ?? null, atLeast: atLeast ?? null },
    when: [...new Set(when)],
  }));

export const stopConditionsOf = (entries: ExperimentFile['stopConditions']): StopCondition[] =>
  entries.map(({ above, below, ...entry }) => ({ ...entry, above: above ?? null, below: below ?? null }));

/** What makes it another experiment, wherever it is run: no address. */
const settledOn = ({ stack, target }: ExperimentFile): Experiment['stack'] =>
  target ? { service: target.service } : unusual(settingsOf(stack));

export interface Checked {
  file: ExperimentFile;
  scenario: ScenarioInfo;
  faults: PlannedInjection[];
  command: string;
}

/** The experiment that a checked file describes. */
export const buildExperiment = ({ file, scenario, faults, command }: Checked): Experiment => {
  const { title, load, phases, recoveryWithin, hypothesis, stopConditions } = file;
  return planExperiment({
    title,
    scenario,
    rate: load.rate,
    vus: load.vus,
    seed: load.seed,
    durations: phases,
    faults,
    command,
    demands: {
      hypothesis: hypothesesOf(hypothesis),
      stopConditions: stopConditionsOf(stopConditions),
      recoveryWithin: recoveryWithin ?? null,
      // By name: where a file lies does not make it another experiment.
      objectives: file.objectives.map((name) => basename(name, '.yaml')),
      stack: settledOn(file),
    },
  });
};
