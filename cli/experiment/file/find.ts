import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ObsctlError } from '../../shared/errors.ts';
import { nearest } from '../../shared/nearest.ts';
import { packageRoot } from '../../shared/package-root.ts';

const folder = (): string => fileURLToPath(new URL('scenarios/experiments/', packageRoot()));

/** A shipped experiment: its name, and the path of its file. */
export interface Shipped {
  name: string;
  path: string;
}

/** The experiments that are shipped, by name. */
export const shippedExperiments = (): Shipped[] =>
  readdirSync(folder())
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ({ name: basename(file, '.yaml'), path: `${folder()}${file}` }));

/**
 * The path of what was named: a shipped experiment by its name (`./NAME` is a file of that name), or a file. Throws
 * UNKNOWN_EXPERIMENT with the nearest ones.
 */
export const experimentPath = (nameOrPath: string): string => {
  const shipped = shippedExperiments();
  const found = shipped.find(({ name }) => name === nameOrPath);
  if (found) return found.path;
  if (existsSync(nameOrPath)) return nameOrPath;
  const names = shipped.map(({ name }) => name);
  throw new ObsctlError(
    'UNKNOWN_EXPERIMENT',
    `There is no file and no experiment ${JSON.stringify(nameOrPath)}.`,
    {
      details: [`nearest: ${nearest(basename(nameOrPath, '.yaml'), names).join(', ')}`],
    },
  );
};
