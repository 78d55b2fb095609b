import type { z } from 'zod';
import type { Violation, YamlPart } from '../../shared/yaml-file.ts';

/** What is wrong at a path of the file, before anybody has looked where that stands. */
export interface Problem {
  path: PropertyKey[];
  message: string;
}

/** Zod's issues; of unknown keys one each. */
export const problemsOf = (error: z.ZodError): Problem[] =>
  error.issues.flatMap((issue): Problem[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key], message: issue.message }))
      : [{ path: issue.path, message: issue.message }],
  );

/** What stands at a path; undefined where nothing does. */
export const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );

const MOST_QUOTED = 60;

/** The value that is wrong, where it is short enough to be quoted. */
const quoted = (value: unknown): string => {
  if (value === undefined || value === null || typeof value === 'object') return '';
  const text = JSON.stringify(value);
  return ` (it is ${text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}…` : text})`;
};

/** What stands within a target may be a secret that somebody wrote there, also as part of an address. */
const mayBeSecret = ([section]: readonly PropertyKey[]): boolean => section === 'target';

/** A problem with its place in the file and the value that stands there. */
export const placed = ({ path, message }: Problem, part: YamlPart): Violation => ({
  ...part.at(path),
  path: path.map(String).join('.'),
  message: mayBeSecret(path) ? message : `${message}${quoted(valueAt(part.value, path))}`,
});
