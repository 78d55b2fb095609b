import { createHash } from 'node:crypto';
import { SCHEMA_VERSION } from '../../reports/record/common.ts';
import { type RunRecord, runRecordSchema } from '../../reports/record/record.ts';
import { ObsctlError } from '../shared/errors.ts';

/** JSON with sorted keys: equal values, equal text. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

const digest = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');

/** The record with a digest of each of its sections. */
export const sealRecord = (record: Omit<RunRecord, 'seal'>): RunRecord => ({
  ...record,
  seal: Object.fromEntries(Object.entries(record).map(([section, value]) => [section, digest(value)])),
});

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
  const parsed = runRecordSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(file, issue!.path.join('.') || '(root)', issue!.message);
  }
  // The digests are over the text as it was written: schemas may drop keys they do not know.
  const { seal, ...sections } = json as RunRecord;
  for (const section of new Set([...Object.keys(sections), ...Object.keys(seal)])) {
    if (seal[section] !== digest(sections[section as keyof typeof sections])) {
      throw invalid(file, section, 'it was changed after the run (its digest does not fit)');
    }
  }
  return parsed.data;
};
