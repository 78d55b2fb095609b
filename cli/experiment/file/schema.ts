import { z } from 'zod';
import { DRIVERS, PROFILES, TELEMETRY_KINDS } from '../../stack/stack.ts';
import { durationsSchema, loadSchema } from '../plan.ts';
import { DEFAULT_DURATIONS } from '../presets.ts';
import { hypothesisEntry, stopEntry } from './demands.ts';
import { faultEntry } from './fault-entry.ts';
import { targetSchema } from './target.ts';
import { secondsWithin, strict } from './values.ts';

const stack = strict({
  on: z.enum(DRIVERS).optional().describe('what runs it; the first that can be had where absent'),
  profile: z.enum(PROFILES).optional().describe('of a stack of containers'),
  telemetry: z.enum(TELEMETRY_KINDS).optional(),
  replicas: z.number().int().min(1).max(8).optional().describe('api replicas; 2 where absent'),
  retryBudget: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("share of api's inventory calls that may be retries; no limit where absent"),
});

const load = strict({
  scenario: z
    .string()
    .min(1)
    .describe('a k6 scenario, see `obsctl load list`; or the path of a k6 script of your own, from here'),
  rate: loadSchema.shape.rate
    .unwrap()
    .optional()
    .describe("logical requests per second of an open model; the scenario's own where absent"),
  vus: loadSchema.shape.vus.unwrap().optional().describe('the most users k6 may use'),
  seed: loadSchema.shape.seed.default(1).describe('same seed, same choices and trace ids'),
});

const phase = (name: keyof typeof DEFAULT_DURATIONS, text: string) =>
  secondsWithin(durationsSchema.shape[name]).default(DEFAULT_DURATIONS[name]).describe(text);

const phases = strict({
  warmUp: phase('warmUp', 'discarded'),
  steady: phase('steady', 'what everything is compared with'),
  fault: phase('fault', 'in which the faults come and go'),
  recovery: phase('recovery', 'under load, after the last fault'),
});

/** More faults than this are no timeline that anybody could read; each is held against every other. */
export const MOST_FAULTS = 20;

/** An experiment as it is written down in `scenarios/experiments/*.yaml`. Durations come out in seconds. */
export const experimentFileSchema = strict({
  title: z.string().min(1).max(120),
  description: z.string().max(2000).optional().describe('what it asks, and what it teaches'),
  stack: stack
    .prefault({})
    .describe('the platform that obsctl starts for it; flags of `obsctl run` come first'),
  target: targetSchema.optional().describe('instead of a stack: a system that obsctl did not start'),
  load: load.describe('what drives it'),
  phases: phases.prefault({}).describe('durations such as 20s'),
  hypothesis: z
    .array(hypothesisEntry)
    .max(20)
    .default([])
    .describe(
      'the steady state: unmet before, nothing is broken (exit 5); not held later, it is a breach (exit 3)',
    ),
  faults: z.array(faultEntry).max(MOST_FAULTS).default([]).describe('the timeline of the fault phase'),
  stopConditions: z
    .array(stopEntry)
    .max(20)
    .default([])
    .describe('watched all the time from the steady phase on; the first that holds ends the run (exit 7)'),
  recoveryWithin: secondsWithin(z.number().positive().max(3600))
    .optional()
    .describe('every alarmed indicator is normal again that long after the fault phase, else it is a breach'),
  objectives: z
    .array(z.string().min(1))
    .max(20)
    .default([])
    .describe('OpenSLO files: names of `scenarios/slo`, or paths from here'),
});
export type ExperimentFile = z.infer<typeof experimentFileSchema>;
