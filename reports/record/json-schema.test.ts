import { expect, it } from 'vitest';
import { recordJsonSchema } from './json-schema.ts';
import { runRecordSchema } from './record.ts';

/** `npx vitest run --project unit reports/record -u` writes it anew. */
it('is published as it is', async () => {
  await expect(`${JSON.stringify(recordJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
    '../../docs/schema/record.schema.json',
  );
});

it('names every section of the record, and requires what no record ever lacked', () => {
  const { properties, required } = recordJsonSchema() as {
    properties: Record<string, unknown>;
    required: string[];
  };
  expect(Object.keys(properties)).toEqual(Object.keys(runRecordSchema.shape));
  expect(required).toContain('verdict');
  expect(required).not.toContain('comparison');
});
