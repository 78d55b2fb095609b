import { expect, test } from 'vitest';
import { faultNames } from '../../chaos/catalogue.ts';
import { experimentJsonSchema } from './json-schema.ts';

/** `npx vitest run --project unit cli/experiment/file -u` writes it anew. */
test('the schema for editors is published as it is', async () => {
  await expect(`${JSON.stringify(experimentJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
    '../../../docs/schema/experiment.schema.json',
  );
});

test('it knows every fault with its parameters, and asks for no more than a title and a load', () => {
  const schema = experimentJsonSchema() as { required: string[] };
  expect(schema.required).toEqual(['title', 'load']);
  const text = JSON.stringify(schema);
  for (const name of faultNames()) expect(text).toContain(`"const":"${name}"`);
  expect(text).toContain('mbPerSecond');
  expect(text).not.toContain('"atMost":{}');
});
