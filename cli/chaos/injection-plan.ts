import { z } from 'zod';
import { type Aim, MAX_LEASE_SECONDS, refusedAims, targetSchema } from '../../service/contract.ts';
import { ObsctlError } from '../shared/errors.ts';
import { findFault } from './catalogue.ts';
import type { Injection } from './chaos-driver.ts';

/** `mbPerSecond` as it is written on the command line: `--mb-per-second`. */
export const flagOf = (key: string): string =>
  `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** What is said and not left open. */
const said = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

const violations = (error: z.ZodError, raw: Record<string, unknown>): string[] =>
  error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => `${flagOf(key)}: this fault has no such parameter`);
    const key = String(issue.path[0] ?? '');
    return [`${flagOf(key)} ${JSON.stringify(raw[key])}: ${issue.message}`];
  });

const parse = <T>(schema: z.ZodType<T>, raw: Record<string, unknown>, problems: string[]): T | undefined => {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  problems.push(...violations(result.error, raw));
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
  const aims: Partial<Record<Aim, unknown>> = raw.target;
  for (const { aim, why } of refusedAims(fault, aims)) {
    problems.push(`${flagOf(aim)} ${JSON.stringify(aims[aim])}: ${why}`);
  }
  if (fault.share === null && raw.target.rate !== undefined) {
    problems.push(
      `--rate ${JSON.stringify(raw.target.rate)}: ${fault.name} has no shares, it is there or not`,
    );
  }
  const parameters = parse(fault.parameters.strict(), said(raw.parameters), problems);
  const target = parse(targetSchema, { rate: fault.defaultRate ?? 1, ...said(raw.target) }, problems);
  const lease = parse(leaseSchema, { duration: raw.duration }, problems);
  if (!parameters || !target || !lease || problems.length > 0) {
    throw new ObsctlError('USAGE', `The fault ${fault.name} cannot be injected like that.`, {
      details: problems,
    });
  }
  return { fault: fault.name, parameters, target, leaseSeconds: lease.duration, instances: raw.instances };
};
