import { findFault } from '../../chaos/catalogue.ts';
import { hostOf, isLoopback } from '../../shared/loopback.ts';
import type { TargetSection } from './target.ts';
import type { Listed } from './timeline-checks.ts';
import type { Problem } from './violations.ts';

const STACK_FAULT =
  'is done by the stack that obsctl starts; in a system that it did not start only faults that a service carries itself can be injected';

const adminProblems = ({ replicas }: TargetSection): Problem[] =>
  replicas.flatMap(({ replica, adminUrl }, i): Problem[] => {
    const path = ['target', 'replicas', i];
    const first = replicas.findIndex((other) => other.replica === replica);
    return [
      ...(first < i ? [{ path: [...path, 'replica'], message: `is target.replicas.${first} already` }] : []),
      ...(adminUrl.startsWith('http:') && !isLoopback(hostOf(adminUrl))
        ? [
            {
              path: [...path, 'adminUrl'],
              message: 'must be https, or a tunnel that ends on this machine: its token goes there',
            },
          ]
        : []),
    ];
  });

/** What the target itself cannot be. `stack`: what the file says of one, if anything. */
export const targetProblems = (target: TargetSection, stack: unknown): Problem[] => [
  ...(stack === undefined
    ? []
    : [{ path: ['stack'], message: 'is what obsctl starts: leave it out where there is a target' }]),
  ...adminProblems(target),
];

const carriersOf = (fault: string, { replicas }: TargetSection): string[] =>
  replicas.filter(({ role }) => role === findFault(fault).carrier).map(({ replica }) => replica);

const carrierProblems = ({ index, entry }: Listed, target: TargetSection): Problem[] => {
  const { carrier, carriedBy, name } = findFault(entry.fault);
  if (carriedBy === 'stack') return [{ path: ['faults', index, 'fault'], message: STACK_FAULT }];
  const there = carriersOf(name, target);
  if (there.length === 0)
    return [
      {
        path: ['faults', index, 'fault'],
        message: `target.replicas has none of role ${carrier}, which carries it`,
      },
    ];
  return (entry.target.replicas ?? []).flatMap((one, i) =>
    there.includes(one)
      ? []
      : [
          {
            path: ['faults', index, 'target', 'replicas', i],
            message: `target.replicas has no such replica of role ${carrier} (there are ${there.join(', ')})`,
          },
        ],
  );
};

export interface OnTarget {
  /** Those that can be carried, with the replicas that carry them: all of their role where none was named. */
  listed: Listed[];
  problems: Problem[];
}

/** The faults on a system that obsctl did not start. */
export const faultsOnTarget = (listed: Listed[], target: TargetSection): OnTarget => {
  const answers = listed.map((one) => ({ one, problems: carrierProblems(one, target) }));
  return {
    listed: answers.flatMap(({ one, problems }): Listed[] => {
      if (problems.length > 0) return [];
      const { entry, index } = one;
      const replicas = entry.target.replicas ?? carriersOf(entry.fault, target);
      return [{ index, entry: { ...entry, target: { ...entry.target, replicas } } }];
    }),
    problems: answers.flatMap(({ problems }) => problems),
  };
};
