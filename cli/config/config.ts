import { existsSync, readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { ObsctlError } from '../shared/errors.ts';
import {
  BACKEND_KEYS,
  BACKENDS,
  backendsSchema,
  NAME_KEYS,
  namesSchema,
  SECRET_KEYS,
  variablesOf,
} from './backends-schema.ts';

/** The file in the current folder that holds a team's own defaults. */
export const CONFIG_FILE = 'obsctl.yaml';

/** A config file that is longer than this is none, bytes. */
const MAX_BYTES = 64 * 1024;

const duration = z.union([z.string(), z.number()]).transform(String);

/** What may be set once for all commands; each key is the option of the same name, in kebab case. */
const configSchema = z.strictObject({
  out: z.string().min(1).optional(),
  port: z.number().int().min(1).max(65535).optional(),
  replicas: z.number().int().min(1).max(8).optional(),
  retryBudget: z.number().min(0).max(1).optional(),
  on: z.enum(['compose', 'local']).optional(),
  profile: z.enum(['minimal', 'full']).optional(),
  telemetry: z.enum(['grafana', 'embedded']).optional(),
  scenario: z.string().optional(),
  loadRate: z.number().optional(),
  vus: z.number().int().optional(),
  seed: z.number().int().optional(),
  warmUp: duration.optional(),
  steady: duration.optional(),
  duration: duration.optional(),
  recovery: duration.optional(),
  service: z.string().min(1).optional(),
  baselineWindow: duration.optional(),
  /** Where Prometheus, Loki and Tempo of a system that is not ours answer, and how to be let in. */
  backends: backendsSchema.optional(),
  /** What it calls its metrics and labels, where that differs from OpenTelemetry's semantic conventions. */
  names: namesSchema.optional(),
});
export type Config = z.infer<typeof configSchema>;

export const CONFIG_KEYS = Object.keys(configSchema.shape) as (keyof Config)[];

/** The environment variable of an option: `warmUp` is OBSCTL_WARM_UP. */
export const variableOf = (key: string): string =>
  `OBSCTL_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

const invalid = (file: string, details: string[]): ObsctlError =>
  new ObsctlError('INVALID_CONFIG', `${file} is not valid.`, { details });

/** Keys that are there at the place of a key that is not. */
const keysAt = (path: PropertyKey[]): readonly string[] => {
  if (path.length === 0) return CONFIG_KEYS;
  if (path[0] === 'names') return NAME_KEYS;
  return path.length === 1 ? BACKENDS : BACKEND_KEYS;
};

const unknown = (path: PropertyKey[], keys: string[]): string => {
  const named = keys.map((key) => [...path, key].join('.')).join(', ');
  if (path[0] === 'backends' && keys.some((key) => SECRET_KEYS.includes(key)))
    return `${named}: a secret has no place in this file; put it into ${variablesOf(String(path[1]))}, or into a file of its own and name that with tokenFile or passwordFile`;
  return `${named}: no such setting (there are ${keysAt(path).join(', ')})`;
};

const describe = (issue: z.core.$ZodIssue): string =>
  issue.code === 'unrecognized_keys'
    ? unknown(issue.path, issue.keys)
    : `${issue.path.join('.') || '(root)'}: ${issue.message}`;

/** The settings of `file`; none where it is not there. Throws INVALID_CONFIG with every violation at once. */
export const readConfig = (file = CONFIG_FILE): Config => {
  if (!existsSync(file)) return {};
  const text = readFileSync(file, 'utf8');
  if (text.length > MAX_BYTES) throw invalid(file, [`it is longer than ${MAX_BYTES} bytes`]);
  const document = parseDocument(text);
  if (document.errors.length > 0)
    throw invalid(
      file,
      document.errors.map(({ message }) => message.split('\n')[0]!),
    );
  const parsed = configSchema.safeParse(document.toJS({ maxAliasCount: 0 }) ?? {});
  if (!parsed.success) throw invalid(file, parsed.error.issues.map(describe));
  return parsed.data;
};
