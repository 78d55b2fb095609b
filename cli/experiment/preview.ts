import { indicatorText, toleranceText } from '../../reports/judge/describe.ts';
import type { Experiment } from '../../reports/record/record.ts';
import { findFault } from '../chaos/catalogue.ts';
import { type Affected, affectedBy } from './affected.ts';
import { totalDuration } from './plan.ts';
import { requestsBetween } from './rate-course.ts';
import { entryServiceOf } from './run-parts.ts';
import { conditionText } from './stop-conditions.ts';

/** What would carry each fault, in the experiment's order. */
export interface Carriers {
  names: string[];
  /** Replicas that the carrier's service has. */
  replicas: number;
}

/** A moment of the run, seconds from its start. */
export interface Moment {
  at: number;
  what: string;
}

export interface Preview {
  experiment: Experiment;
  timeline: Moment[];
  faults: { fault: string; carriers: string[]; from: number; until: number; affected: Affected }[];
  /** Logical requests of the whole run; null where its users set the rate. */
  requests: number | null;
  /** What has to hold, what ends the run: one sentence each. */
  conditions: string[];
}

const conditionsOf = ({
  hypothesis,
  stopConditions,
  recoveryWithin,
  objectives,
  stack,
}: Experiment): string[] => [
  ...hypothesis.map(
    ({ indicator, tolerance, when }) =>
      `${when.join(', ')}: ${indicatorText(indicator, entryServiceOf({ stack }))} ${toleranceText(indicator.measure, tolerance)}`,
  ),
  ...stopConditions.map((condition) => `stops at: ${conditionText(condition)}`),
  ...(recoveryWithin === null ? [] : [`recovered within ${recoveryWithin} s of the fault phase's end`]),
  ...objectives.map((name) => `objectives: ${name}`),
];

/** What a run would do, and to whom; pure. */
export const previewOf = (experiment: Experiment, carriers: Carriers[]): Preview => {
  const { warmUp, steady, fault, recovery } = experiment.durations;
  const begin = warmUp + steady;
  const faults = experiment.faults.map((planned, i) => {
    const { names, replicas } = carriers[i]!;
    const from = begin + planned.at;
    const affected = affectedBy(experiment, planned, { carriers: names.length, replicas });
    return { fault: planned.fault, carriers: names, from, until: from + planned.duration, affected };
  });
  const moments: Moment[] = [
    ...(warmUp > 0 ? [{ at: 0, what: 'warm-up' }] : []),
    { at: warmUp, what: 'steady' },
    { at: begin, what: 'fault' },
    ...faults.flatMap((one): Moment[] => [
      { at: one.from, what: `${one.fault} on ${one.carriers.join(', ')}` },
      { at: one.until, what: `${one.fault} is cleared: ${drainOf(one.fault)}` },
    ]),
    { at: begin + fault, what: 'recovery' },
    { at: begin + fault + recovery, what: 'end' },
  ];
  const requests = requestsBetween(experiment, 0, totalDuration(experiment));
  return {
    experiment,
    timeline: moments.sort((a, b) => a.at - b.at),
    faults,
    requests: requests === null ? null : Math.round(requests),
    conditions: conditionsOf(experiment),
  };
};

const drainOf = (name: string): string => {
  const { seconds } = findFault(name).drain;
  return `what it left drains within ${seconds} s`;
};
