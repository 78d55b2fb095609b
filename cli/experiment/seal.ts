import { z } from 'zod';
import { SCHEMA_VERSION } from '../../reports/record/common.ts';
import { type RunRecord, runRecordSchema } from '../../reports/record/record.ts';
import { canonicalDigest } from '../shared/canonical-json.ts';
import { ObsctlError } from '../shared/errors.ts';

export { canonicalJson } from '../shared/canonical-json.ts';

/** The record with a digest of each of its sections. */
export const sealRecord = (record: Omit<RunRecord, 'seal'>): RunRecord => ({
  ...record,
  seal: Object.fromEntries(
    Object.entries(record).map(([section, value]) => [section, canonicalDigest(value)]),
  ),
});

/** The record with some sections changed, and their digests; those of the others stay. */
export const resealed = (record: RunRecord, changes: Partial<Omit<RunRecord, 'seal'>>): RunRecord => ({
  ...record,
  ...changes,
  seal: { ...record.seal, ...sealRecord(changes as RunRecord).seal },
});

/**
 * The series are by far the largest section, and hold no defaults: that their points are as they were written, their digest
 * shows. What is around them is checked by the schema like everything else.
 */
const seriesOutline = z.object({
  client: z
    .object({
      overall: z.array(z.unknown()),
      operations: z.array(z.object({ points: z.array(z.unknown()) })),
    })
    .nullable(),
  red: z.array(z.object({ service: z.string(), points: z.array(z.unknown()) })),
  runtime: z.array(z.object({ name: z.string(), points: z.array(z.unknown()) })),
});
const outlineSchema = runRecordSchema.extend({ series: seriesOutline });

const invalid = (file: string, path: string, why: string): ObsctlError =>
  new ObsctlError('RECORD_INVALID', `${file} cannot be trusted.`, { details: [`at ${path}: ${why}`] });

/** Parses and verifies a record. Throws RECORD_INVALID with the path of the first violation. */
export const openRecord = (text: string, file: string): RunRecord => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid(file, '(end of file)', `it is no complete JSON (${(error as Error).message})`);
  }
  const version = (json as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (version !== SCHEMA_VERSION)
    throw invalid(file, 'schemaVersion', `it is ${version}, this obsctl reads ${SCHEMA_VERSION}`);
  const parsed = outlineSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(file, issue!.path.join('.') || '(root)', issue!.message);
  }
  // The digests are over the text as it was written: schemas may drop keys they do not know.
  const { seal, ...sections } = json as RunRecord;
  for (const section of new Set([...Object.keys(sections), ...Object.keys(seal)])) {
    if (seal[section] !== canonicalDigest(sections[section as keyof typeof sections])) {
      throw invalid(file, section, 'it was changed after the run (its digest does not fit)');
    }
  }
  return { ...parsed.data, series: sections.series };
};
