import { z } from 'zod';
import { PHASES } from '../../reports/record/common.ts';
import { MEASURES } from '../../reports/record/indicator.ts';
import { noDataSchema } from '../../reports/record/objectives.ts';

/** OpenSLO v1 (https://github.com/OpenSLO/OpenSLO), with metric sources of type `obsctl`, and seconds as a unit of time. */
export const API_VERSION = 'openslo/v1';

/** What a run can tell from its own telemetry, whichever source that came from. */
export const SOURCE_TYPE = 'obsctl';

/** Names that OpenSLO asks every implementation to take (RFC 1123), up to the length it encourages. */
const name = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9.|/\\-]*[a-z0-9])?$/, 'must be lower-case letters, digits and dashes')
  .max(255);

/** Extensions stand where OpenSLO has its place for them: annotations, which are strings. */
export const ANNOTATIONS = { phases: 'obsctl/phases', noData: 'obsctl/no-data' } as const;

const judged = PHASES.filter((phase) => phase !== 'warm-up');

const phaseList = z
  .string()
  .transform((text) => text.split(',').map((one) => one.trim()))
  .pipe(
    z.array(z.enum(judged as [(typeof judged)[number]], `must be a list of ${judged.join(', ')}`)).min(1),
  );

const annotations = z.object({
  [ANNOTATIONS.phases]: phaseList.prefault('steady, recovery'),
  [ANNOTATIONS.noData]: noDataSchema.default('fail'),
});

/** An annotation of ours that is mistyped would silently say nothing. */
const known = (keys: Record<string, unknown>, context: z.RefinementCtx): void => {
  const ours: string[] = Object.values(ANNOTATIONS);
  for (const key of Object.keys(keys))
    if (key.startsWith('obsctl/') && !ours.includes(key))
      context.addIssue({ code: 'custom', path: [key], message: `there are ${ours.join(', ')}` });
};

const metadata = z.object({
  name,
  displayName: z.string().optional(),
  labels: z.record(z.string(), z.unknown()).optional(),
  annotations: z.record(z.string(), z.string()).superRefine(known).pipe(annotations).prefault({}),
});

const population = {
  viewpoint: z.enum(['client', 'server']).default('client'),
  service: z.string().min(1).optional(),
  operation: z.string().min(1).optional(),
};

const sourceOf = <T extends z.ZodRawShape>(spec: T) =>
  z.strictObject({
    metricSource: z.strictObject({
      metricSourceRef: z.string().optional(),
      type: z.literal(
        SOURCE_TYPE,
        `must be ${SOURCE_TYPE}: no other metric source can be read from a saved run`,
      ),
      spec: z.strictObject(spec),
    }),
  });

/** `300ms`, `1.5s` or a number of seconds. */
const secondsText = z.union([
  z.number().positive(),
  z
    .string()
    .regex(/^\d+(?:\.\d+)?(?:ms|s)$/, 'must be a time such as 300ms or 1.5s')
    .transform((text) => (text.endsWith('ms') ? Number.parseFloat(text) / 1000 : Number.parseFloat(text)))
    .refine((seconds) => seconds > 0, 'must be above 0'),
]);

const countOf = <T extends string>(...what: [T, ...T[]]) => ({ ...population, count: z.enum(what) });

const good = sourceOf({ ...countOf('successes', 'requests'), within: secondsText.optional() }).superRefine(
  ({ metricSource: { spec } }, context) => {
    const path = ['metricSource', 'spec'];
    if (spec.count === 'requests' && spec.within === undefined)
      context.addIssue({
        code: 'custom',
        path,
        message: 'requests are good only `within` a time; or count successes',
      });
    if (spec.count === 'successes' && spec.within !== undefined)
      context.addIssue({
        code: 'custom',
        path: [...path, 'within'],
        message: 'goes with `count: requests`: durations are not kept apart by outcome',
      });
  },
);

const ratioMetric = z
  .strictObject({
    counter: z.boolean().optional(),
    good: good.optional(),
    bad: sourceOf(countOf('failures')).optional(),
    total: sourceOf(countOf('requests')).optional(),
    raw: z.never('is not read: give `good` or `bad`, and `total`').optional(),
    rawType: z.never('is not read: give `good` or `bad`, and `total`').optional(),
  })
  .superRefine((ratio, context) => {
    if ((ratio.good === undefined) === (ratio.bad === undefined))
      context.addIssue({ code: 'custom', message: 'either `good` or `bad` is needed, and not both' });
    if (!ratio.total) return void context.addIssue({ code: 'custom', message: '`total` is needed' });
    const part = ratio.good ?? ratio.bad;
    const of = part?.metricSource.spec;
    const all = ratio.total.metricSource.spec;
    for (const key of ['viewpoint', 'service', 'operation'] as const)
      if (of && of[key] !== all[key])
        context.addIssue({
          code: 'custom',
          path: ['total', 'metricSource', 'spec', key],
          message: `must be of the same requests as ${ratio.good ? '`good`' : '`bad`'} (there ${of[key] ?? 'none'}, here ${all[key] ?? 'none'})`,
        });
  });

const sli = z
  .strictObject({
    description: z.string().max(1050).optional(),
    thresholdMetric: sourceOf({ ...population, measure: z.enum(MEASURES) }).optional(),
    ratioMetric: ratioMetric.optional(),
  })
  .refine(
    ({ thresholdMetric, ratioMetric }) => (thresholdMetric === undefined) !== (ratioMetric === undefined),
    'either `thresholdMetric` or `ratioMetric` is needed, and not both',
  );
export type Sli = z.infer<typeof sli>;

/** OpenSLO's shorthand knows no unit below a minute; a run lasts minutes, so seconds are taken too. A bare number is minutes. */
const sliceWindow = z.union([
  z
    .number()
    .positive()
    .transform((minutes) => minutes * 60),
  z
    .string()
    .regex(/^[1-9]\d*(?:s|m|h)$/, 'must be a whole number of seconds, minutes or hours, such as 1s or 1m')
    .transform(
      (text) => Number.parseInt(text, 10) * { s: 1, m: 60, h: 3600 }[text.at(-1) as 's' | 'm' | 'h'],
    ),
]);

const objective = z
  .strictObject({
    displayName: z.string().optional(),
    op: z.enum(['lte', 'gte', 'lt', 'gt']).optional(),
    value: z.number().optional(),
    target: z.number().gt(0, 'must be above 0').lt(1, 'must be below 1').optional(),
    targetPercent: z.number().gt(0, 'must be above 0').lt(100, 'must be below 100').optional(),
    timeSliceTarget: z.number().gt(0).max(1).optional(),
    timeSliceWindow: sliceWindow.optional(),
  })
  .refine(
    ({ target, targetPercent }) => (target === undefined) !== (targetPercent === undefined),
    'either `target` or `targetPercent` is needed, and not both',
  );
export type OpenSloObjective = z.infer<typeof objective>;

const timeWindow = z.array(z.looseObject({ duration: z.string() })).length(1, 'must hold exactly one window');

type Context = z.RefinementCtx;
interface SpecParts {
  indicator?: { spec: Sli } | undefined;
  budgetingMethod: 'Occurrences' | 'Timeslices';
  objectives: OpenSloObjective[];
}

const checkObjective = (spec: SpecParts, index: number, context: Context): void => {
  const one = spec.objectives[index]!;
  const path = (key: string) => ['objectives', index, key];
  const add = (key: string, message: string) =>
    context.addIssue({ code: 'custom', path: path(key), message });
  const sliced = spec.budgetingMethod === 'Timeslices';
  for (const key of ['timeSliceTarget', 'timeSliceWindow'] as const)
    if (sliced !== (one[key] !== undefined))
      add(key, sliced ? 'is needed with Timeslices' : 'goes with `budgetingMethod: Timeslices`');
};

const spec = z
  .strictObject({
    description: z.string().max(1050).optional(),
    service: z.string().optional(),
    indicator: z.strictObject({ metadata: z.looseObject({}).optional(), spec: sli }).optional(),
    indicatorRef: z.string().optional(),
    timeWindow: timeWindow.optional(),
    budgetingMethod: z.enum(['Occurrences', 'Timeslices']),
    objectives: z.array(objective).min(1),
    alertPolicies: z.array(z.unknown()).optional(),
  })
  .superRefine((value, context) => {
    if ((value.indicator === undefined) === (value.indicatorRef === undefined))
      context.addIssue({
        code: 'custom',
        message: 'either `indicator` or `indicatorRef` is needed, and not both',
      });
    value.objectives.forEach((_, index) => {
      checkObjective(value, index, context);
    });
  });

export const sloDocument = z.strictObject({
  apiVersion: z.literal(API_VERSION, `must be ${API_VERSION}`),
  kind: z.literal('SLO'),
  metadata,
  spec,
});
export type SloDocument = z.infer<typeof sloDocument>;

export const sliDocument = z.strictObject({
  apiVersion: z.literal(API_VERSION, `must be ${API_VERSION}`),
  kind: z.literal('SLI'),
  metadata: z.looseObject({ name }),
  spec: sli,
});
export type SliDocument = z.infer<typeof sliDocument>;

/** What else OpenSLO has: not needed to judge a run, and left aside. */
export const OTHER_KINDS = [
  'Service',
  'DataSource',
  'AlertPolicy',
  'AlertCondition',
  'AlertNotificationTarget',
];
