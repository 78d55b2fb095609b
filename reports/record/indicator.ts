import { z } from 'zod';

/** What an indicator measures: `error-ratio` 0..1 of logical requests (client) or responses (server); quantiles in seconds; arrivals per second. */
export const MEASURES = ['error-ratio', 'p50', 'p95', 'p99', 'requests-per-second'] as const;
export const measureSchema = z.enum(MEASURES);
export type Measure = z.infer<typeof measureSchema>;

/** One service level indicator: of which requests, seen from where. */
export const indicatorSchema = z.object({
  measure: measureSchema,
  viewpoint: z.enum(['client', 'server']),
  /** service.name; null: the entry service. */
  service: z.string().nullable(),
  /** The client's logical operation, or `METHOD /route/:template` of a server; null: all of them. */
  operation: z.string().nullable(),
});
export type Indicator = z.infer<typeof indicatorSchema>;

/** What an indicator may be, both ends included; in the measure's unit. At least one end is there. */
export const toleranceSchema = z.object({
  atMost: z.number().nonnegative().nullable(),
  atLeast: z.number().nonnegative().nullable(),
});
export type Tolerance = z.infer<typeof toleranceSchema>;

/** The parts of a run: before the fault (steady), during it, after it (recovery). */
export const STAGES = ['before', 'during', 'after'] as const;
export const stageSchema = z.enum(STAGES);
export type Stage = z.infer<typeof stageSchema>;

/** One sentence of the steady-state hypothesis: the indicator stays within the tolerance in those stages. */
export const hypothesisSchema = z.object({
  indicator: indicatorSchema,
  tolerance: toleranceSchema,
  when: z.array(stageSchema).min(1),
});
export type Hypothesis = z.infer<typeof hypothesisSchema>;

/** A hypothesis in one stage of a run. */
export const hypothesisResultSchema = z.object({
  indicator: indicatorSchema,
  tolerance: toleranceSchema,
  when: stageSchema,
  /** In the measure's unit; null: nothing was measured. */
  value: z.number().nullable(),
  /** Null: nobody could tell. */
  held: z.boolean().nullable(),
  /** One plain sentence with its numbers. */
  text: z.string(),
});
export type HypothesisResult = z.infer<typeof hypothesisResultSchema>;

/** Ends a run: the client's indicator was outside for that long without a break. Watched second by second, from the steady phase on. */
export const stopConditionSchema = z.object({
  measure: z.enum(['error-ratio', 'p95', 'requests-per-second']),
  above: z.number().nonnegative().nullable(),
  below: z.number().nonnegative().nullable(),
  /** Seconds. */
  for: z.number().positive(),
});
export type StopCondition = z.infer<typeof stopConditionSchema>;
