import { findScenario } from '../../load/catalogue.ts';
import type { ScenarioInfo } from '../../load/load-driver.ts';
import { ObsctlError } from '../../shared/errors.ts';
import type { ExperimentFile } from './schema.ts';
import type { Problem } from './violations.ts';

/** The scenario that is named; null, with the reason among the problems, where there is none. */
export const scenarioOf = (
  name: string,
  scenarios: ScenarioInfo[],
  problems: Problem[],
): ScenarioInfo | null => {
  try {
    return findScenario(name, scenarios);
  } catch (error) {
    if (!(error instanceof ObsctlError)) throw error;
    const message = [`there is no such scenario`, ...error.details].join(', ');
    problems.push({ path: ['load', 'scenario'], message });
    return null;
  }
};

/** A closed model has users, who come back when they are answered: no rate can be asked of it. */
export const rateProblems = ({ rate }: ExperimentFile['load'], { name, model }: ScenarioInfo): Problem[] =>
  rate !== undefined && model === 'closed'
    ? [{ path: ['load', 'rate'], message: `${name} is a closed model: its users (vus) set the rate` }]
    : [];
