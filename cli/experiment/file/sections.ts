import type { z } from 'zod';
import { faultEntry } from './fault-entry.ts';
import { type ExperimentFile, experimentFileSchema, MOST_FAULTS } from './schema.ts';
import type { Listed } from './timeline-checks.ts';
import { type Problem, problemsOf } from './violations.ts';

export interface Sections {
  /** The sections that are valid by themselves. */
  valid: Partial<ExperimentFile>;
  /** The faults that are, among as many as a file may have. */
  listed: Listed[];
  /** What stands there as `stack`, before defaults. */
  stack: unknown;
  /** The scenario that stands there, whatever else is wrong with the load. */
  scenario: string | undefined;
  /** What the schema has against the file. */
  problems: Problem[];
}

const listedOf = (faults: unknown): Listed[] =>
  (Array.isArray(faults) ? faults.slice(0, MOST_FAULTS) : []).flatMap((fault, index): Listed[] => {
    const { data } = faultEntry.safeParse(fault);
    return data ? [{ index, entry: data }] : [];
  });

const scenarioIn = (load: unknown): string | undefined => {
  const { scenario } = (load ?? {}) as { scenario?: unknown };
  return typeof scenario === 'string' && scenario !== '' ? scenario : undefined;
};

/** Each section by itself: what is wrong with one of them hides nothing of the others. */
export const sectionsOf = (value: unknown): Sections => {
  const whole = experimentFileSchema.safeParse(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return {
      ...{ valid: {}, listed: [], stack: undefined, scenario: undefined },
      problems: problemsOf(whole.error!),
    };
  const raw = value as Record<string, unknown>;
  const shapes = Object.entries(experimentFileSchema.shape) as [string, z.ZodType][];
  const valid = shapes.flatMap(([name, schema]) => {
    const { success, data } = schema.safeParse(raw[name]);
    return success ? [[name, data]] : [];
  });
  return {
    valid: Object.fromEntries(valid) as Partial<ExperimentFile>,
    listed: listedOf(raw.faults),
    stack: raw.stack,
    scenario: scenarioIn(raw.load),
    problems: whole.error ? problemsOf(whole.error) : [],
  };
};
