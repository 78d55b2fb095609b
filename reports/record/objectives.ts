import { z } from 'zod';
import { phaseNameSchema } from './common.ts';
import { indicatorSchema } from './indicator.ts';

/** What counts: requests (ratio of good ones), or whole seconds in which a threshold held (time slices). */
export const budgetUnitSchema = z.enum(['requests', 'seconds']);

/** `allowed`: breached in a phase in which the document lets it be. */
export const sloOutcomeSchema = z.enum(['met', 'breached', 'allowed', 'no-data']);

/** Without data: `fail` makes the run inconclusive, `warn` only says so. */
export const noDataSchema = z.enum(['fail', 'warn']);
export type NoData = z.infer<typeof noDataSchema>;

/** An objective of an OpenSLO document, evaluated over one phase of a run. */
export const sloResultSchema = z.object({
  /** `metadata.name` of the document, and the objective's display name (or its target) within it. */
  slo: z.string(),
  objective: z.string(),
  /** The document's file name, without its folder. */
  file: z.string(),
  /** What was asked, in words a person can check: the indicator's own description. */
  query: z.string(),
  indicator: indicatorSchema.nullable(),
  phase: phaseNameSchema,
  /** Share of good observations that is asked for, 0..1. */
  target: z.number().gt(0).lt(1),
  unit: budgetUnitSchema,
  good: z.number().nonnegative(),
  total: z.number().nonnegative(),
  /** Observations known to be missing (requests sent that nobody counted, seconds without a sample). */
  missing: z.number().nonnegative(),
  /** good / total; null without data. */
  actual: z.number().nullable(),
  /** (1 - actual) / (1 - target): 1 is the whole error budget of the phase. */
  budgetConsumed: z.number().nullable(),
  outcome: sloOutcomeSchema,
  /** What to make of it where there is no data; absent: `fail`. */
  noData: noDataSchema.optional(),
  /** The breach holds even if every missing observation were good. */
  certain: z.boolean(),
  /** One plain sentence with its numbers. */
  text: z.string(),
});
export type SloResult = z.infer<typeof sloResultSchema>;

/** `2.5×`, `100×`: an error budget used up that many times over; null below twice, where a percentage is read more easily. */
export const timesOver = (consumed: number): string | null => {
  const rounded = Number(consumed.toFixed(consumed < 10 ? 1 : 0));
  return rounded < 2 ? null : `${rounded}×`;
};
