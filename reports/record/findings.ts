import { z } from 'zod';
import { attributionSchema, NO_ATTRIBUTION } from './attribution.ts';
import { phaseNameSchema, SCHEMA_VERSION, spanId, traceId, unixSeconds, windowSchema } from './common.ts';
import { alertSchema, exemplarSchema, logSchema } from './evidence.ts';

/** Findings: what the analysis concluded from the evidence alone. */

/** A span, named so that a person and a back end can both find it again. */
export const spanRefSchema = z.object({
  traceId,
  spanId,
  service: z.string(),
  instance: z.string(),
  name: z.string(),
  kind: z.string(),
  /** Whom a client span called, where it says so. */
  peer: z.string().nullable(),
  /** Seconds: its whole duration; its own share of the time somebody waited; how long it outlived its caller. */
  duration: z.number(),
  exclusive: z.number(),
  overrun: z.number().default(0),
  statusMessage: z.string().nullable(),
});
export type SpanRef = z.infer<typeof spanRefSchema>;

/** One row of the waterfall, in the order a person reads it; offset and durations in seconds. */
export const waterfallRowSchema = z.object({
  spanId,
  depth: z.number().int().nonnegative(),
  service: z.string(),
  instance: z.string(),
  name: z.string(),
  kind: z.string(),
  offset: z.number(),
  duration: z.number(),
  exclusive: z.number(),
  /** The stretches of it that the one who waited waited for: [offset, duration]; absent in older records. */
  critical: z.array(z.tuple([z.number(), z.number()])).default([]),
  error: z.boolean(),
  /** Short facts worth a line: status code, peer, attempt, message. */
  note: z.string(),
});
export type WaterfallRow = z.infer<typeof waterfallRowSchema>;

/** A trace as reports show it: what it tells, its waterfall and its log lines. */
export const shownTraceSchema = z.object({
  traceId,
  /** Seconds from the first span's start to the last one's end, work that nobody waited for included. */
  duration: z.number(),
  /** Seconds that its root took; null where unknown. */
  rootDuration: z.number().nullable().default(null),
  complete: z.boolean(),
  deepestError: spanRefSchema.nullable(),
  longestExclusive: spanRefSchema.nullable(),
  longestOverrun: spanRefSchema.nullable().default(null),
  services: z.array(z.string()),
  /** Spans of the trace; the waterfall may show fewer. */
  spans: z.number().int().nonnegative(),
  waterfall: z.array(waterfallRowSchema),
  logs: z.array(logSchema),
  /** How many log lines carry the trace's id; `logs` may hold fewer. */
  logLines: z.number().int().nonnegative().default(0),
});
export type ShownTrace = z.infer<typeof shownTraceSchema>;

export const tracedExampleSchema = shownTraceSchema.extend({
  exemplar: exemplarSchema,
  /** Seconds that the request took which the exemplar names; null where unknown. */
  requestDuration: z.number().nullable().default(null),
});
export type TracedExample = z.infer<typeof tracedExampleSchema>;

export const SLIS = [
  'client-errors',
  'client-latency',
  'server-errors',
  'server-latency',
  'job-latency',
] as const;
export const sliNameSchema = z.enum(SLIS);
export type SliName = z.infer<typeof sliNameSchema>;

/** An SLI over one phase. `errorRatio` is failures over requests (0..1); latencies are seconds. */
export const sliRowSchema = z.object({
  viewpoint: z.enum(['client', 'server']),
  service: z.string(),
  phase: phaseNameSchema,
  requests: z.number(),
  failures: z.number(),
  errorRatio: z.number().nullable(),
  requestsPerSecond: z.number(),
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
});
export type SliRow = z.infer<typeof sliRowSchema>;

export const spikeSchema = z.object({
  id: z.string(),
  sli: sliNameSchema,
  kind: z.enum(['error', 'latency']),
  viewpoint: z.enum(['client', 'server']),
  service: z.string(),
  /** The operation or route that stands out from the others, where one does. */
  operation: z.string().nullable(),
  /** Operations that left their own steady state, of how many there are. */
  operations: z
    .object({ abnormal: z.array(z.string()), of: z.number().int() })
    .default({ abnormal: [], of: 0 }),
  phase: phaseNameSchema,
  /** First abnormal second; when the rule fired; the worst second; first normal second again (null = never). */
  onset: unixSeconds,
  detectedAt: unixSeconds,
  peakAt: unixSeconds,
  endedAt: unixSeconds.nullable(),
  /** Ratio (0..1) for errors, seconds (p95) for latency. */
  baseline: z.number(),
  peak: z.number(),
  /** What fired: e.g. robust z or p-value, as text with its numbers. */
  evidence: z.string(),
  /** Distinct traces that exemplars of its window and kind name; some by a metric's exemplar, the rest by a search. */
  exemplarsInWindow: z.number().int(),
  fromMetrics: z.number().int().default(0),
  examples: z.array(tracedExampleSchema),
  /** Says why there is no example, where there is none. */
  gap: z.string().nullable(),
});
export type Spike = z.infer<typeof spikeSchema>;

/** Amplification: attempts over logical requests at the client; downstream rate over the entry service's rate. */
export const amplificationRowSchema = z.object({
  phase: phaseNameSchema,
  /** Of the logical requests that ended in the phase: their attempts, whenever those ended. */
  clientAttempts: z.number(),
  clientRequests: z.number(),
  client: z.number().nullable(),
  /** Services called each other again, by their spans or their retry rate: growth downstream is retries. */
  serviceRetries: z.boolean().default(false),
  downstream: z.array(
    z.object({
      service: z.string(),
      requestsPerSecond: z.number(),
      overEntry: z.number().nullable(),
      /** `overEntry` of this phase divided by that of steady. */
      overSteady: z.number().nullable(),
    }),
  ),
});
export type AmplificationRow = z.infer<typeof amplificationRowSchema>;

/** Whether the SLIs came back under load once the fault phase was over. */
export const recoverySchema = z.object({
  observed: z.boolean(),
  recovered: z.boolean(),
  /** Seconds after the fault phase's end until every alarmed SLI was normal and stayed so; null = not within the run. */
  secondsToRecover: z.number().nullable(),
  watchedSeconds: z.number(),
  stillAbnormal: z.array(sliNameSchema),
});

/** What failed after the steady phase, by logical operation (by route where there is no client data). */
export const failedOperationSchema = z.object({
  operation: z.string(),
  requests: z.number(),
  failures: z.number(),
  /** Statuses with which the entry service answered, by distinct traces that exemplars name: a sample. */
  statuses: z.array(z.object({ status: z.number().int(), traces: z.number().int() })),
});
export type FailedOperation = z.infer<typeof failedOperationSchema>;

/** A viewpoint second by second, so that renderers draw it without computing anything. */
export const sliSeriesSchema = z.object({
  viewpoint: z.enum(['client', 'server']),
  service: z.string(),
  points: z.array(
    z.object({
      /** Start of the second. */
      t: unixSeconds,
      requestsPerSecond: z.number(),
      /** The client's attempts; null for servers. */
      attemptsPerSecond: z.number().nullable(),
      errorRatio: z.number().nullable(),
      /** Seconds. */
      p95: z.number().nullable(),
    }),
  ),
});
export type SliSeries = z.infer<typeof sliSeriesSchema>;

/** The reason of a run in which nothing alarmed while the fault phase lasted. */
export const UNFELT = 'Nothing the client could see happened during the fault phase.';

/** What a reader must know before believing the rest. */
export const conclusivenessSchema = z.object({
  conclusive: z.boolean(),
  reasons: z.array(z.string()),
});

/** Where signals contradict each other: one of them is silent, or tells another time, while the others go on. */
export const gapSchema = z.object({
  signal: z.enum(['metrics', 'traces', 'logs', 'clock', 'counts']),
  window: windowSchema.nullable(),
  /** One plain sentence with its numbers; may quote telemetry, so renderers escape it. */
  text: z.string(),
  /** So much is missing or in doubt that the run proves nothing. */
  decisive: z.boolean(),
});
export type Gap = z.infer<typeof gapSchema>;

/** A part of a signal that was sent and never got to where it is asked for. Says nothing of the service's own health. */
export const telemetryLossSchema = z.object({
  signal: z.enum(['traces', 'logs', 'metrics']),
  /** When it was lost, and from when on that could be told. */
  from: unixSeconds,
  to: unixSeconds,
  detectedAt: unixSeconds,
  /** Share of the signal that was lost meanwhile, 0..1: of spans and lines where the pipeline counts them, else of requests touched. */
  share: z.number().min(0).max(1),
  /** What the share is of, in the plural: `spans`, `log lines`, `requests' traces`; absent in older records. */
  of: z.string().optional(),
  /** The pipeline's part that lost it, as far as telemetry tells. */
  where: z.string(),
  /** One plain sentence with its numbers; may quote telemetry, so renderers escape it. */
  text: z.string(),
  /** What shows it, one sentence each. */
  evidence: z.array(z.string()),
});
export type TelemetryLoss = z.infer<typeof telemetryLossSchema>;

/** What asking the telemetry source was like. */
export const askedSchema = z.object({
  questions: z.number().int().nonnegative(),
  /** All answers together, and the slowest one. */
  seconds: z.number().nonnegative(),
  slowest: z.object({ method: z.string(), seconds: z.number().nonnegative() }).nullable(),
  /** Failed or partial answers, by method and reason. */
  failed: z.array(z.object({ method: z.string(), error: z.string(), times: z.number().int().positive() })),
  /** Answers that reached their limit, by method. */
  cut: z.array(z.object({ method: z.string(), times: z.number().int().positive() })),
  /** Distinct traces that exemplars name: by a metric, and by a trace search alone. */
  exemplars: z.object({ metrics: z.number().int().nonnegative(), search: z.number().int().nonnegative() }),
});
export type Asked = z.infer<typeof askedSchema>;

export const findingsSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  slis: z.array(sliRowSchema),
  series: z.array(sliSeriesSchema),
  spikes: z.array(spikeSchema),
  failed: z.array(failedOperationSchema).default([]),
  /** The client's own series alarmed during the fault phase. */
  clientImpact: z.boolean(),
  /** What broke, ranked, from the evidence alone. */
  attribution: attributionSchema.default(NO_ATTRIBUTION),
  /** Traces that the evidence for the culprit names and no spike shows. */
  trail: z.array(shownTraceSchema).default([]),
  amplification: z.array(amplificationRowSchema),
  recovery: recoverySchema,
  /** `observed`: there was enough of a steady phase to judge it; without that, unmet means unknown. */
  baseline: z.object({ observed: z.boolean(), met: z.boolean(), reasons: z.array(z.string()) }),
  conclusiveness: conclusivenessSchema,
  gaps: z.array(gapSchema).default([]),
  telemetryLoss: z.array(telemetryLossSchema).default([]),
  asked: askedSchema.nullable().default(null),
  /** Alert rules of the system itself that were pending or firing, in the order of their beginning. */
  alerts: z.array(alertSchema).default([]),
  /** Things worth a sentence that are no spike: restarts, cache in-process, client and server disagreeing. */
  notes: z.array(z.string()),
});
export type Findings = z.infer<typeof findingsSchema>;
