import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SCHEMA_VERSION } from '../../reports/record/common.ts';
import {
  type Evidence,
  evidenceSchema,
  exemplarSchema,
  logSchema,
  queryRecordSchema,
  traceSchema,
} from '../../reports/record/evidence.ts';
import { messageOf, ObsctlError } from '../shared/errors.ts';

/** One file of the evidence: which part it holds, and how it is written. */
interface EvidenceFile {
  name: string;
  lines: boolean;
  schema: z.ZodType;
  part: (evidence: Evidence) => unknown;
}

const seriesSchema = evidenceSchema.omit({ exemplars: true, traces: true, logs: true, queries: true });

const withoutLists = ({ exemplars, traces, logs, queries, ...series }: Evidence) => series;

const FILES: EvidenceFile[] = [
  { name: 'series.json', lines: false, schema: seriesSchema, part: withoutLists },
  {
    name: 'exemplars.json',
    lines: false,
    schema: z.array(exemplarSchema),
    part: ({ exemplars }) => exemplars,
  },
  { name: 'traces.ndjson', lines: true, schema: z.array(traceSchema), part: ({ traces }) => traces },
  { name: 'logs.ndjson', lines: true, schema: z.array(logSchema), part: ({ logs }) => logs },
  { name: 'queries.json', lines: false, schema: z.array(queryRecordSchema), part: ({ queries }) => queries },
];

const MANIFEST = 'manifest.json';

const manifestSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  files: z.record(
    z.string(),
    z.object({ bytes: z.number().int(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
});

const FOLDER = 'evidence';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const invalid = (name: string, path: string, message: string, cause?: unknown): ObsctlError =>
  new ObsctlError(
    'RECORD_INVALID',
    `${FOLDER}/${name} cannot be read: ${path ? `${path}: ` : ''}${message}`,
    { cause },
  );

const textOf = ({ lines, part }: EvidenceFile, evidence: Evidence): string =>
  lines
    ? (part(evidence) as unknown[]).map((item) => `${JSON.stringify(item)}\n`).join('')
    : `${JSON.stringify(part(evidence))}\n`;

/** Writes the evidence into `evidence/` of the run folder, the manifest with each file's SHA-256 last. */
export const writeEvidence = (runFolder: string, evidence: Evidence): void => {
  const folder = join(runFolder, FOLDER);
  mkdirSync(folder, { recursive: true });
  const files: z.infer<typeof manifestSchema>['files'] = {};
  for (const file of FILES) {
    const text = textOf(file, evidence);
    writeFileSync(join(folder, file.name), text);
    files[file.name] = { bytes: Buffer.byteLength(text), sha256: sha256(text) };
  }
  const manifest = { schemaVersion: SCHEMA_VERSION, files };
  writeFileSync(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
};

const read = (folder: string, name: string): string => {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch (error) {
    throw invalid(name, '', messageOf(error), error);
  }
};

const parseJson = (name: string, path: string, text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(name, path, messageOf(error), error);
  }
};

/** Checks a value against its schema; the error names the first violation. `line 3` stands for item 2 of a list. */
const check = <T>(name: string, schema: z.ZodType<T>, value: unknown, lines = false): T => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  const [first, ...rest] = path;
  const place = lines && typeof first === 'number' ? [`line ${first + 1}`, ...rest] : path;
  throw invalid(name, place.join('.') || 'the whole file', message);
};

const parse = ({ name, lines }: EvidenceFile, text: string): unknown => {
  if (!lines) return parseJson(name, '', text);
  const rows = text.split('\n').filter((line) => line !== '');
  return rows.map((line, index) => parseJson(name, `line ${index + 1}`, line));
};

const readPart = (folder: string, file: EvidenceFile, manifest: z.infer<typeof manifestSchema>): unknown => {
  const expected = manifest.files[file.name];
  if (!expected) throw invalid(MANIFEST, `files.${file.name}`, 'is missing');
  const text = read(folder, file.name);
  const value = check(file.name, file.schema, parse(file, text), file.lines);
  if (sha256(text) !== expected.sha256) {
    throw invalid(file.name, 'the whole file', 'its SHA-256 is not the one in the manifest');
  }
  return value;
};

/**
 * Reads the evidence of a run folder back. Throws ObsctlError RECORD_INVALID, naming the file and the path of its
 * first violation, when it was cut short, edited, or written by another version.
 */
export const readEvidence = (runFolder: string): Evidence => {
  const folder = join(runFolder, FOLDER);
  const manifest = check(MANIFEST, manifestSchema, parseJson(MANIFEST, '', read(folder, MANIFEST)));
  const [series, exemplars, traces, logs, queries] = FILES.map((file) => readPart(folder, file, manifest));
  return { ...(series as object), exemplars, traces, logs, queries } as Evidence;
};
