import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Experiment, UNDEMANDING } from '../../reports/record/record.ts';
import type { ScenarioInfo } from '../load/load-driver.ts';
import { ObsctlError } from '../shared/errors.ts';
import { type PlannedInjection, toPlannedFault } from './planned-injection.ts';
import { canonicalJson } from './seal.ts';

/** Bounds that protect the machine; durations in seconds. */
export const durationsSchema = z.strictObject({
  warmUp: z.number().min(0).max(600),
  steady: z.number().min(10, 'must be at least 10 s: it is what everything is compared with').max(3600),
  fault: z.number().min(1, 'must be at least 1 s').max(900, 'must be at most 900 s: no lease lives longer'),
  recovery: z.number().min(0).max(3600),
});

export const loadSchema = z.strictObject({
  rate: z.number().min(0.1).max(2000, 'must be at most 2000/s on one machine').nullable(),
  vus: z.number().int().min(1).max(1000, 'must be at most 1000').nullable(),
  seed: z.number().int().nonnegative(),
});

export type Durations = z.infer<typeof durationsSchema>;

/** What an experiment asks for besides its phases and faults. */
export type Demands = Pick<Experiment, keyof typeof UNDEMANDING>;

export interface PlanInput {
  title: string;
  scenario: ScenarioInfo;
  rate?: number;
  vus?: number;
  seed: number;
  durations: Durations;
  faults: PlannedInjection[];
  command: string;
  /** Nothing where absent. */
  demands?: Partial<Demands>;
}

const FLAGS: Record<string, string> = {
  warmUp: '--warm-up',
  steady: '--steady',
  fault: '--duration',
  recovery: '--recovery',
  rate: '--load-rate',
  vus: '--vus',
  seed: '--seed',
};

const check = <T>(schema: z.ZodType<T>, value: Record<string, unknown>, problems: string[]): void => {
  const result = schema.safeParse(value);
  for (const issue of result.error?.issues ?? []) {
    const key = String(issue.path[0]);
    problems.push(`${FLAGS[key] ?? key} ${value[key]}: ${issue.message}`);
  }
};

/** Equal experiments have equal hashes: title, addresses and the command line are left out. */
export const experimentHash = (experiment: Omit<Experiment, 'hash'>): string => {
  const { title: _title, command: _command, ...rest } = experiment;
  return createHash('sha256').update(canonicalJson(rest)).digest('hex');
};

/** The experiment as it will be run. Throws USAGE with every violation at once. */
export const planExperiment = (input: PlanInput): Experiment => {
  const problems: string[] = [];
  const rate = input.scenario.model === 'open' ? (input.rate ?? input.scenario.defaults.rate) : null;
  const vus = input.vus ?? input.scenario.defaults.vus;
  check(durationsSchema, input.durations, problems);
  check(loadSchema, { rate, vus, seed: input.seed }, problems);
  if (problems.length > 0)
    throw new ObsctlError('USAGE', 'The experiment cannot be run like that.', { details: problems });
  const experiment = {
    ...UNDEMANDING,
    ...input.demands,
    title: input.title,
    scenario: input.scenario.name,
    seed: input.seed,
    rate,
    vus,
    durations: input.durations,
    faults: input.faults.map(toPlannedFault),
    command: input.command,
  };
  return { ...experiment, hash: experimentHash(experiment) };
};

/** Seconds from the first to the last request. */
export const totalDuration = ({ durations }: Pick<Experiment, 'durations'>): number =>
  durations.warmUp + durations.steady + durations.fault + durations.recovery;
