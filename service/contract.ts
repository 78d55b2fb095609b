import { z } from 'zod';
import { isQuickGlob, NOT_QUICK } from './chaos/glob.ts';
import { FAULTS } from './faults/index.ts';

/** The contract between the service's admin API and whoever drives it: the only file the CLI imports from here. */

/** The longest lease a carrier accepts, seconds. */
export const MAX_LEASE_SECONDS = 900;

/** Which requests a fault may touch, and which share of them. */
export const targetSchema = z.strictObject({
  /** Share of the eligible requests that become victims: above 0, at most 1. */
  rate: z.number().gt(0).lte(1).default(1),
  /** Route template (`/products/:id`) or glob (`/products/*`), for a fault of jobs the queue; any where absent. */
  route: z.string().min(1).max(200).refine(isQuickGlob, NOT_QUICK).optional(),
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).optional(),
  /** `name=value`: the request must carry it. */
  header: z
    .string()
    .regex(/^[A-Za-z0-9-]+=.+$/, 'must be name=value')
    .optional(),
  /** Same seed, same victims. */
  seed: z.number().int().nonnegative().default(1),
});
export type Target = z.infer<typeof targetSchema>;

export const injectRequestSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-z-]{1,64}$/),
  fault: z.string(),
  parameters: z.record(z.string(), z.unknown()).default({}),
  target: targetSchema.prefault({}),
  leaseSeconds: z.number().positive().max(MAX_LEASE_SECONDS),
});
export type InjectRequest = z.infer<typeof injectRequestSchema>;

export const renewRequestSchema = z.strictObject({
  leaseSeconds: z.number().positive().max(MAX_LEASE_SECONDS),
});

/** A fault as its carrier sees it now. */
export const faultStateSchema = z.object({
  id: z.string(),
  fault: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  target: targetSchema,
  /** Unix seconds. */
  injectedAt: z.number(),
  /** Seconds until the lease runs out. */
  expiresIn: z.number(),
  /**
   * Requests that matched the target, and those that became victims. For a fault that takes a resource and has no
   * victims of its own (retry-storm): the slots it asked for, and those it holds. 0 hits: it has done nothing.
   */
  eligible: z.number().int(),
  hits: z.number().int(),
});
export type FaultState = z.infer<typeof faultStateSchema>;

/** `GET /faults` of the admin API. */
export const faultListSchema = z.object({
  service: z.string(),
  instance: z.string(),
  faults: z.array(faultStateSchema),
});

/** The faults by name: parameters (zod), ground-truth label, carrier, help texts, drain time. */
export const faults = FAULTS;
export { type Aim, refusedAims, takesAim } from './chaos/aim.ts';
export { conflictBetween } from './chaos/conflicts.ts';
export { globPattern } from './chaos/glob.ts';
export type { FaultDefinition, FaultInfo, FaultScope } from './faults/fault.ts';
