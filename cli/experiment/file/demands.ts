import { z } from 'zod';
import { measureSchema, stageSchema, stopConditionSchema } from '../../../reports/record/indicator.ts';
import { type Amount, amount, amountOf, secondsWithin, strict } from './values.ts';

const QUANTILE = /^p\d+$/;

type Context = z.RefinementCtx;
type Ends = Record<string, Amount | undefined>;

const complain = (context: Context, message: string, ...path: string[]): void =>
  void context.addIssue({ code: 'custom', path, message });

/** A duration is a latency's; an error ratio lies from 0 to 1, where `1` for 1 % would let everything pass. */
const checkUnits = (measure: string, ends: Ends, context: Context): void => {
  for (const [name, value] of Object.entries(ends)) {
    if (typeof value === 'object' && !QUANTILE.test(measure))
      complain(context, 'only a latency (p50, p95, p99) is a duration', name);
    if (measure === 'error-ratio' && typeof value === 'number' && value > 1)
      complain(context, 'a ratio is at most 1: 1 % is 0.01', name);
  }
};

const numbers = <T extends Ends>(ends: T): { [K in keyof T]: number | undefined } =>
  Object.fromEntries(Object.entries(ends).map(([name, value]) => [name, amountOf(value)])) as {
    [K in keyof T]: number | undefined;
  };

/** One sentence of the steady-state hypothesis. */
export const hypothesisEntry = strict({
  measure: measureSchema.describe(
    'error-ratio: 0 to 1 of the requests that ended; p50, p95, p99: latency; requests-per-second',
  ),
  viewpoint: z
    .enum(['client', 'server'])
    .default('client')
    .describe('client: what k6 saw, after all its attempts; server: what a service measured of itself'),
  service: z
    .string()
    .min(1)
    .optional()
    .describe('of the viewpoint server: its service.name; the entry service where absent'),
  operation: z.string().min(1).optional().describe('`METHOD /route/:template`; all requests where absent'),
  atMost: amount.optional().describe('upper end, included; a latency may be written as 300ms'),
  atLeast: amount.optional().describe('lower end, included'),
  when: z
    .array(stageSchema)
    .min(1)
    .default(['before', 'after'])
    .describe('before the fault phase, during it, after it (once the time to recover is over)'),
})
  .superRefine(({ measure, viewpoint, service, ...ends }, context) => {
    const { atMost, atLeast } = numbers({ atMost: ends.atMost, atLeast: ends.atLeast });
    if (atMost === undefined && atLeast === undefined) complain(context, 'atMost or atLeast is needed');
    if (atMost !== undefined && atLeast !== undefined && atLeast > atMost)
      complain(context, `is above atMost (${atMost}), so nothing could lie between them`, 'atLeast');
    if (viewpoint === 'client' && service !== undefined)
      complain(context, 'goes with `viewpoint: server`: the client sees the whole', 'service');
    checkUnits(measure, { atMost: ends.atMost, atLeast: ends.atLeast }, context);
  })
  .transform((entry) => ({ ...entry, ...numbers({ atMost: entry.atMost, atLeast: entry.atLeast }) }));

/** A condition that ends the run. */
export const stopEntry = strict({
  measure: stopConditionSchema.shape.measure.describe('of all requests, as the client saw them in a second'),
  above: amount.optional(),
  below: amount.optional(),
  for: secondsWithin(z.number().min(1, 'must be at least 1 s').max(900)).describe(
    'that long without a break',
  ),
})
  .superRefine(({ measure, above, below }, context) => {
    if (above === undefined && below === undefined) complain(context, 'above or below is needed');
    checkUnits(measure, { above, below }, context);
  })
  .transform((entry) => ({ ...entry, ...numbers({ above: entry.above, below: entry.below }) }));
