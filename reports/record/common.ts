import { z } from 'zod';

/** Version of every document of the record. A reader refuses any other. */
export const SCHEMA_VERSION = 1;

/** Unix time in seconds, with fractions. */
export const unixSeconds = z.number().finite().nonnegative();

/** A span of time: from (inclusive) to (exclusive), Unix seconds. */
export const windowSchema = z.object({ from: unixSeconds, to: unixSeconds });
export type Window = z.infer<typeof windowSchema>;

/** Lower-case hex, 16 bytes, as W3C Trace Context writes it. */
export const traceId = z.string().regex(/^[0-9a-f]{32}$/);
/** Lower-case hex, 8 bytes. */
export const spanId = z.string().regex(/^[0-9a-f]{16}$/);

export const PHASES = ['warm-up', 'steady', 'fault', 'recovery'] as const;
export const phaseNameSchema = z.enum(PHASES);
export type PhaseName = z.infer<typeof phaseNameSchema>;

/** A phase of the experiment, Unix seconds. */
export const phaseSchema = windowSchema.extend({ name: phaseNameSchema });
export type Phase = z.infer<typeof phaseSchema>;

export const attributeValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.union([z.string(), z.number(), z.boolean()])),
]);
export type AttributeValue = z.infer<typeof attributeValue>;
export const attributesSchema = z.record(z.string(), attributeValue);
export type Attributes = z.infer<typeof attributesSchema>;
