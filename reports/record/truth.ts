import { z } from 'zod';
import { SCHEMA_VERSION, unixSeconds } from './common.ts';

/**
 * Truth: what was injected. Sealed until the findings are written; nothing under reports/analysis may import
 * this file, and a lint rule sees to it.
 */
export const faultLabelSchema = z.object({
  service: z.string(),
  dependency: z.string().nullable(),
  operation: z.string().nullable(),
  kind: z.string(),
});

/** One carrier's copy of a fault, with what its admin API counted. */
export const carrierSchema = z.object({
  service: z.string(),
  instance: z.string(),
  leaseId: z.string(),
  injectedAt: unixSeconds,
  clearedAt: unixSeconds.nullable(),
  /** Read back as on after the injection, and as gone after the clear. */
  verifiedOn: z.boolean(),
  verifiedGone: z.boolean(),
  eligible: z.number().int().nonnegative(),
  hits: z.number().int().nonnegative(),
});

export const injectedFaultSchema = z.object({
  name: z.string(),
  label: faultLabelSchema,
  parameters: z.record(z.string(), z.unknown()),
  target: z.record(z.string(), z.unknown()),
  /** How long effects may linger after the clear, seconds (documented per fault). */
  drainSeconds: z.number().nonnegative(),
  injectedAt: unixSeconds.nullable(),
  verifiedAt: unixSeconds.nullable(),
  clearedAt: unixSeconds.nullable(),
  verifiedClearedAt: unixSeconds.nullable(),
  /** What `eligible` and `hits` of its carriers count, in plural. */
  counts: z.string(),
  /** How it ended: cleared by us, or by its own lease. */
  endedBy: z.enum(['clear', 'lease', 'unknown']).nullable(),
  carriers: z.array(carrierSchema),
});
export type InjectedFault = z.infer<typeof injectedFaultSchema>;

export const truthSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  faults: z.array(injectedFaultSchema),
});
export type Truth = z.infer<typeof truthSchema>;
