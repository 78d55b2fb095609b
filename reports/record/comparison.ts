import { z } from 'zod';
import { phaseNameSchema } from './common.ts';
import { indicatorSchema } from './indicator.ts';

/** One indicator of a run against the same of its baseline runs. */
export const comparedSchema = z.object({
  indicator: indicatorSchema,
  phase: phaseNameSchema,
  /** Of the baseline runs: their median; of the run: its own; in the measure's unit. */
  baseline: z.number().nullable(),
  value: z.number().nullable(),
  /** value - baseline, with its interval (those of all rows hold at once with 95 %); null without enough data. */
  difference: z.number().nullable(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  /** The smallest difference that matters, in the measure's unit. */
  minimumEffect: z.number().nonnegative(),
  outcome: z.enum(['worse', 'better', 'no-significant-change', 'no-data']),
  /** One plain sentence with its numbers. */
  text: z.string(),
});
export type Compared = z.infer<typeof comparedSchema>;

export const comparisonSchema = z.object({
  /** Run ids, oldest first; all of the same experiment hash. */
  baseline: z.array(z.string()).min(1),
  /** `runs`: five or more, their spread is the measure; `block-bootstrap`: fewer, blocks of seconds are drawn anew. */
  method: z.enum(['runs', 'block-bootstrap']),
  rows: z.array(comparedSchema),
  /** At least one row is worse. */
  regression: z.boolean(),
});
export type Comparison = z.infer<typeof comparisonSchema>;
