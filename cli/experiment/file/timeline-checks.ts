import { refusedAims } from '../../../service/contract.ts';
import { findFault } from '../../chaos/catalogue.ts';
import { planInjection } from '../../chaos/injection-plan.ts';
import { collecting } from '../../shared/errors.ts';
import { apartBecause, shareTime } from '../fault-conflicts.ts';
import type { PlannedInjection } from '../planned-injection.ts';
import type { FaultEntry } from './fault-entry.ts';
import type { Problem } from './violations.ts';

/** A fault of the file with its place in the list. */
export interface Listed {
  index: number;
  entry: FaultEntry;
}

/** What of its target the fault cannot take, with the reason. */
const aimProblems = ({ index, entry }: Listed): Problem[] => {
  const fault = findFault(entry.fault);
  const path = (key: string) => ['faults', index, 'target', key];
  const { replicas, rate } = entry.target;
  return [
    ...refusedAims(fault, entry.target).map(({ aim, why }) => ({ path: path(aim), message: why })),
    ...(fault.share === null && rate !== undefined
      ? [{ path: path('rate'), message: `${fault.name} has no shares, it is there or not` }]
      : []),
    ...(replicas && fault.carriedBy === 'stack' && fault.carrier !== 'replica'
      ? [{ path: path('replicas'), message: `${fault.name} is not done to replicas` }]
      : []),
  ];
};

const windowProblems = ({ index, entry: { at, lease } }: Listed, phase: number): Problem[] => {
  const until = at + (lease ?? 0);
  if (at >= phase)
    return [{ path: ['faults', index, 'at'], message: `comes past the fault phase, which lasts ${phase} s` }];
  return until > phase
    ? [
        {
          path: ['faults', index, 'lease'],
          message: `ends at ${until} s, past the fault phase, which lasts ${phase} s`,
        },
      ]
    : [];
};

/** The fault as it will be injected; what is wrong with it besides goes into `problems`. */
const planOf = ({ index, entry }: Listed, phase: number, problems: Problem[]): PlannedInjection | null => {
  const { fault, at, lease, parameters, target } = entry;
  const { replicas, ...aim } = target;
  const duration = lease ?? phase - at;
  const told: string[] = [];
  const injection = collecting(told, () =>
    planInjection({ fault, parameters, target: aim, duration, instances: replicas }),
  );
  problems.push(...told.map((message) => ({ path: ['faults', index], message })));
  return injection && { injection, at, duration };
};

type Planned = PlannedInjection & { index: number };

const conflicts = (planned: Planned[]): Problem[] =>
  planned.flatMap((one, i) =>
    planned.slice(0, i).flatMap((other): Problem[] => {
      const why = shareTime(one, other) ? apartBecause(one, other) : null;
      const message = `${why}, and faults.${other.index} is on then`;
      return why ? [{ path: ['faults', one.index, 'fault'], message }] : [];
    }),
  );

export interface Timeline {
  planned: PlannedInjection[];
  problems: Problem[];
}

/** The faults as they will be injected, and every reason why they cannot be. `phase`: seconds of the fault phase. */
export const planTimeline = (listed: Listed[], phase: number): Timeline => {
  const problems: Problem[] = [];
  const planned = listed.flatMap((one): Planned[] => {
    const own = [...aimProblems(one), ...windowProblems(one, phase)];
    problems.push(...own);
    const plan = own.length > 0 ? null : planOf(one, phase, problems);
    return plan ? [{ ...plan, index: one.index }] : [];
  });
  return {
    planned: planned.map(({ index: _index, ...plan }) => plan),
    problems: [...problems, ...conflicts(planned)],
  };
};
