import { z } from 'zod';
import { traceId, unixSeconds, windowSchema } from './common.ts';

/**
 * Kinds of cause, in the words of the fault matrix. `lock` is a query that waits for another one's lock; `network` a
 * call whose time nobody at either end accounts for.
 */
export const CAUSE_KINDS = [
  'latency',
  'error',
  'cpu',
  'eventloop',
  'memory',
  'pool',
  'lock',
  'unavailable',
  'stampede',
  'timeout',
  'retry',
  'reset',
  'crash',
  'pause',
  'network',
] as const;
export const causeKindSchema = z.enum(CAUSE_KINDS);
export type CauseKind = (typeof CAUSE_KINDS)[number];

/** Where a piece of evidence was read. */
export const SIGNALS = [
  'error-origin',
  'critical-path',
  'resource',
  'retries',
  'missing-instance',
  'log-template',
  'client',
  'absence',
] as const;
export const signalSchema = z.enum(SIGNALS);
export type Signal = (typeof SIGNALS)[number];

/** One reason for (weight above 0) or against (below 0) a suspect. */
export const reasonSchema = z.object({
  signal: signalSchema,
  /** One plain sentence with its numbers; may quote telemetry, so renderers escape it. */
  text: z.string(),
  /** What it adds to the suspect's score. */
  weight: z.number(),
  /** Traces that show it, at most three. */
  traceIds: z.array(traceId),
  /** When it could first be read from telemetry, Unix seconds; null where it has no moment. */
  from: unixSeconds.nullable(),
});
export type Reason = z.infer<typeof reasonSchema>;

/**
 * A candidate for what broke. A trouble that shows at a call is named by the call: `service` is who calls,
 * `dependency` whom (a service, or a system such as `postgresql` or `redis`).
 */
export const suspectSchema = z.object({
  service: z.string(),
  dependency: z.string().nullable(),
  operation: z.string().nullable(),
  kind: causeKindSchema,
  /** Instances of the service that show it, where not all of them do. */
  instances: z.array(z.string()),
  /** Sum of the weights. */
  score: z.number(),
  /** Share of belief among all suspects and "unknown", 0..1. */
  confidence: z.number().min(0).max(1),
  reasons: z.array(reasonSchema),
  /** Of the suspects that rank lower: why, in one plain sentence; null for the first. */
  lower: z.string().nullable(),
});
export type Suspect = z.infer<typeof suspectSchema>;

/** What broke, by telemetry alone. */
export const attributionSchema = z.object({
  /** `named`: the first suspect. `unknown`: something broke, and nothing stands out. `nothing`: no SLI alarmed. */
  status: z.enum(['named', 'unknown', 'nothing']),
  /** Best first; the first is the culprit when `status` is `named`. At most eight. */
  suspects: z.array(suspectSchema),
  /** The stretch that was explained: from the first onset to the end of the last alarm that belongs to it. */
  window: windowSchema.nullable(),
  /** Belief that none of the suspects is it, 0..1. */
  unknown: z.number().min(0).max(1),
  /**
   * From this moment on what had happened by then (by the telemetry's own times, without its way to where it can be asked)
   * named the same culprit; null where nothing is named, or not within 30 s of the first alarm.
   */
  attributedAt: unixSeconds.nullable(),
  /** What was missing from the evidence and lowered the confidence, one sentence each. */
  lacks: z.array(z.string()),
});
export type Attribution = z.infer<typeof attributionSchema>;

export const NO_ATTRIBUTION: Attribution = {
  status: 'nothing',
  suspects: [],
  window: null,
  unknown: 1,
  attributedAt: null,
  lacks: [],
};
