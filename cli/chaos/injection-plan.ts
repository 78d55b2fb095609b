import { z } from 'zod';
import { type FaultDefinition, faults, MAX_LEASE_SECONDS, targetSchema } from '../../service/contract.ts';
import { ObsctlError } from '../shared/errors.ts';
import { nearest } from '../shared/nearest.ts';
import type { Injection } from './chaos-driver.ts';

export const faultNames = (): string[] => Object.keys(faults);

/** The fault of that name. Throws UNKNOWN_FAULT with the nearest ones. */
export const findFault = (name: string): FaultDefinition => {
  const fault = faults[name];
  if (fault) return fault;
  throw new ObsctlError('UNKNOWN_FAULT', `There is no fault "${name}".`, {
    details: [`nearest: ${nearest(name, faultNames()).join(', ')}`],
  });
};

/** `mbPerSecond` as it is written on the command line: `--mb-per-second`. */
export const flagOf = (key: string): string =>
  `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

const violations = (error: z.ZodError, raw: Record<string, unknown>): string[] =>
  error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => `${flagOf(key)}: this fault has no such parameter`);
    const key = String(issue.path[0] ?? '');
    return [`${flagOf(key)} ${JSON.stringify(raw[key])}: ${issue.message}`];
  });

const parse = <T>(schema: z.ZodType<T>, raw: Record<string, unknown>, problems: string[]): T | undefined => {
  const known = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined));
  const result = schema.safeParse(known);
  if (result.success) return result.data;
  problems.push(...violations(result.error, known));
  return undefined;
};

const leaseSchema = z.strictObject({
  duration: z
    .number()
    .min(1, 'must be at least 1 s')
    .max(MAX_LEASE_SECONDS, `must be at most ${MAX_LEASE_SECONDS} s: no lease lives longer`),
});

export interface RawInjection {
  fault: string;
  parameters: Record<string, unknown>;
  target: Record<string, unknown>;
  /** Seconds. */
  duration: number;
  instances?: string[];
}

/**
 * Checks an injection before anything is touched. Throws UNKNOWN_FAULT, or USAGE with every violation at once.
 */
export const planInjection = (raw: RawInjection): Injection => {
  const fault = findFault(raw.fault);
  const problems: string[] = [];
  const parameters = parse(fault.parameters.strict(), raw.parameters, problems);
  const target = parse(targetSchema, raw.target, problems);
  const lease = parse(leaseSchema, { duration: raw.duration }, problems);
  if (!parameters || !target || !lease) {
    throw new ObsctlError('USAGE', `The fault ${fault.name} cannot be injected like that.`, {
      details: problems,
    });
  }
  return { fault: fault.name, parameters, target, leaseSeconds: lease.duration, instances: raw.instances };
};
