import { z } from 'zod';
import { runRecordSchema } from './record.ts';

/**
 * The record's schema for other programs and languages, as JSON Schema 2020-12 (docs/schema/record.schema.json). What older
 * records lack has a default and is not required.
 */
export const recordJsonSchema = (): unknown => ({
  ...z.toJSONSchema(runRecordSchema, { io: 'input', reused: 'ref' }),
  title: 'obsctl run record',
  description:
    'record.json of a run: experiment, truth, evidence kept for drawing, findings, verdict. Times are Unix seconds, durations seconds, ratios 0 to 1.',
});
