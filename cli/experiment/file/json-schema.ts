import { z } from 'zod';
import { experimentFileSchema } from './schema.ts';

/** The schema of experiment files for editors, as JSON Schema 2020-12 (docs/schema/experiment.schema.json). */
export const experimentJsonSchema = (): unknown => ({
  ...z.toJSONSchema(experimentFileSchema, { io: 'input', reused: 'ref' }),
  title: 'obsctl experiment',
  description: 'An experiment of obsctl: what is broken, under which load, and what has to hold.',
});
