import { z } from 'zod';
import { phaseSchema, SCHEMA_VERSION, unixSeconds } from './common.ts';
import { comparisonSchema } from './comparison.ts';
import { completenessSchema } from './completeness.ts';
import { clientSeriesSchema, incidentSchema, redSeriesSchema, runtimeSeriesSchema } from './evidence.ts';
import { findingsSchema } from './findings.ts';
import { hypothesisResultSchema, hypothesisSchema, stopConditionSchema } from './indicator.ts';
import { sloResultSchema } from './objectives.ts';
import { injectedFaultSchema } from './truth.ts';

/** Verdicts in the order of their precedence: the first that holds wins. Exit codes: docs/exit-codes.md. */
export const VERDICTS = {
  'not-restored': 8,
  error: 9,
  interrupted: 130,
  aborted: 7,
  'baseline-unmet': 5,
  'slo-breach': 3,
  inconclusive: 6,
  regression: 4,
  observed: 0,
  passed: 0,
} as const;
export const verdictNameSchema = z.enum(Object.keys(VERDICTS) as [keyof typeof VERDICTS]);
export type VerdictName = keyof typeof VERDICTS;

export const verdictSchema = z.object({
  name: verdictNameSchema,
  exitCode: z.number().int(),
  /** Plain sentences: why this verdict. */
  reasons: z.array(z.string()),
});
export type Verdict = z.infer<typeof verdictSchema>;

/** How far the experiment got, apart from what it showed. */
export const executionSchema = z.object({
  status: z.enum(['completed', 'interrupted', 'aborted', 'failed']),
  error: z.string().nullable(),
  /** Every fault read back as gone, and the service answering as in its steady state afterwards. */
  restored: z.boolean(),
  restoration: z.array(z.string()),
  /** The stop condition that ended the run, and when it held; null: none did. */
  stop: z
    .object({ condition: stopConditionSchema, at: unixSeconds, text: z.string() })
    .nullable()
    .default(null),
  /** What the run itself saw against its steady state, so that it broke nothing; one sentence each. */
  baselineUnmet: z.array(z.string()).optional(),
});
export type Execution = z.infer<typeof executionSchema>;

export const plannedFaultSchema = z.object({
  fault: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  target: z.record(z.string(), z.unknown()),
  /** Seconds after the start of the fault phase, and how long it stays. */
  at: z.number().nonnegative(),
  duration: z.number().positive(),
});

export const experimentSchema = z.object({
  title: z.string(),
  scenario: z.string(),
  seed: z.number().int(),
  /** Arrivals per second of logical requests (open model), or null where the scenario is a closed model. */
  rate: z.number().positive().nullable(),
  vus: z.number().int().positive().nullable(),
  /** Seconds. */
  durations: z.object({
    warmUp: z.number().nonnegative(),
    steady: z.number().positive(),
    fault: z.number().nonnegative(),
    recovery: z.number().nonnegative(),
  }),
  faults: z.array(plannedFaultSchema),
  /** The steady-state hypothesis; empty: the steady phase's own limits alone. */
  hypothesis: z.array(hypothesisSchema).default([]),
  stopConditions: z.array(stopConditionSchema).default([]),
  /** Every alarmed indicator is normal again within so many seconds of the fault phase's end; null: no limit. */
  recoveryWithin: z.number().positive().nullable().default(null),
  /** Names of the OpenSLO documents it is held against. */
  objectives: z.array(z.string()).default([]),
  /** Settings of the stack that make it another experiment, e.g. `retryBudget`. */
  stack: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  /** The command line that repeats it. */
  command: z.string(),
  /** SHA-256 over the above, addresses left out: equal hash, same experiment. */
  hash: z.string(),
});
export type Experiment = z.infer<typeof experimentSchema>;

/** An experiment that asks for nothing but its phases and faults. */
export const UNDEMANDING = {
  hypothesis: [],
  stopConditions: [],
  recoveryWithin: null,
  objectives: [],
  stack: {},
} satisfies Partial<Experiment>;

export const environmentSchema = z.object({
  obsctl: z.string(),
  node: z.string(),
  platform: z.string(),
  cpus: z.number().int(),
  memoryBytes: z.number(),
  k6: z.string(),
  stack: z.string(),
  telemetry: z.string(),
  cache: z.string(),
  components: z.record(z.string(), z.string()),
});

export const loadSummarySchema = z.object({
  k6ExitCode: z.number().int().nullable(),
  /** When the first logical request started and the last one ended. */
  startedAt: unixSeconds,
  endedAt: unixSeconds,
  requests: z.number(),
  failures: z.number(),
  attempts: z.number(),
  droppedIterations: z.number(),
  thresholds: z.array(z.object({ metric: z.string(), expression: z.string(), ok: z.boolean() })),
  /** k6's own end-of-test summary, as it wrote it. */
  k6Summary: z.unknown(),
});

/** Series kept in the record so that renderers draw without reading the evidence. */
export const recordSeriesSchema = z.object({
  client: clientSeriesSchema.nullable(),
  red: z.array(redSeriesSchema),
  runtime: z.array(runtimeSeriesSchema),
});

/** How the findings compare with what had been injected; made after the seal of the truth is broken, never before. */
export const faultScoreSchema = z.object({
  fault: z.string(),
  /** The client's own figures over the fault phase were clearly worse than over steady, whether or not anything alarmed. */
  clientSaw: z.boolean(),
  /** An SLI alarmed while it was on or drained. */
  detected: z.boolean(),
  /**
   * Place of the first suspect with the fault's service, dependency and kind, from 1, or from
   * 2 where the first answer was "unknown"; null = not among them.
   */
  rank: z.number().int().positive().nullable(),
  /** From the injection to the first alarm, and until the culprit could have been named; seconds. */
  timeToDetect: z.number().nullable(),
  timeToAttribute: z.number().nullable(),
  /** Alert rules that became active while it was on or drained: seconds from the injection; null = never within the run. */
  alerts: z
    .array(
      z.object({
        name: z.string(),
        severity: z.string().nullable(),
        pendingAfter: z.number().nullable(),
        firedAfter: z.number().nullable(),
      }),
    )
    .default([]),
});
export type FaultScore = z.infer<typeof faultScoreSchema>;

export const timelineEntrySchema = z.object({ time: unixSeconds, what: z.string() });

/** The run's authority: joins experiment, truth, findings and verdict. */
export const runRecordSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  runId: z.string().regex(/^[0-9a-z][0-9a-z-]*$/),
  createdAt: unixSeconds,
  /**
   * An observation reports on a system that obsctl neither started nor loaded nor broke: its `steady` phase is the
   * window taken as the reference, its `fault` phase the window looked at; no client was there, and nothing was injected.
   */
  kind: z.enum(['experiment', 'observation']).default('experiment'),
  experiment: experimentSchema,
  environment: environmentSchema,
  phases: z.array(phaseSchema),
  faults: z.array(injectedFaultSchema),
  load: loadSummarySchema.nullable(),
  completeness: completenessSchema.nullable(),
  source: z
    .object({ kind: z.string(), detail: z.string(), degraded: z.array(z.string()).default([]) })
    .nullable(),
  entryService: z.string(),
  /** Base address of the stack's Grafana, where reports link to; null where it ran none. */
  grafana: z.string().nullable().default(null),
  series: recordSeriesSchema,
  incidents: z.array(incidentSchema),
  findings: findingsSchema.nullable(),
  /** One of each fault in `faults`, in their order; empty where nothing was injected or found. */
  scores: z.array(faultScoreSchema).default([]),
  /** The hypothesis in each of its stages, in the experiment's order. */
  hypothesis: z.array(hypothesisResultSchema).default([]),
  /** Each objective in each phase that it counts in. */
  objectives: z.array(sloResultSchema).default([]),
  comparison: comparisonSchema.nullable().default(null),
  execution: executionSchema,
  timeline: z.array(timelineEntrySchema),
  verdict: verdictSchema,
  /** SHA-256 of each section above as canonical JSON: shows which one was edited afterwards. */
  seal: z.record(z.string(), z.string()),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** A run that nothing was judged by but the run itself. */
export const UNJUDGED = { hypothesis: [], objectives: [], comparison: null } satisfies Partial<RunRecord>;
