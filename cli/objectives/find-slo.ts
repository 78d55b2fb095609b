import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Slo } from '../../reports/judge/index.ts';
import { ObsctlError } from '../shared/errors.ts';
import { nearest } from '../shared/nearest.ts';
import { packageRoot } from '../shared/package-root.ts';
import { readSlo } from './read-slo.ts';

const folder = (): string => fileURLToPath(new URL('scenarios/slo/', packageRoot()));

/** Names of the objectives that are shipped. */
export const shippedSlos = (): string[] =>
  readdirSync(folder())
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();

/** The file that is meant: a path, or the name of one that is shipped. Throws USAGE where there is neither. */
export const sloFile = (nameOrPath: string): string => {
  if (existsSync(nameOrPath)) return nameOrPath;
  const names = shippedSlos();
  if (names.includes(nameOrPath)) return join(folder(), `${nameOrPath}.yaml`);
  throw new ObsctlError('USAGE', `There are no objectives ${JSON.stringify(nameOrPath)}.`, {
    details: [`no such file, and none that is shipped (nearest: ${nearest(nameOrPath, names).join(', ')})`],
  });
};

/** The objectives of all those files. Throws USAGE or SLO_INVALID, of all files at once. */
export const readSlos = (namesOrPaths: string[]): Slo[] => {
  const files = namesOrPaths.map(sloFile);
  const details: string[] = [];
  const slos = files.flatMap((file): Slo[] => {
    try {
      return readSlo(file);
    } catch (error) {
      if (!(error instanceof ObsctlError) || error.code !== 'SLO_INVALID') throw error;
      details.push(...error.details);
      return [];
    }
  });
  if (details.length === 0) return slos;
  throw new ObsctlError('SLO_INVALID', `${namesOrPaths.join(', ')}: the objectives are not valid.`, {
    details,
  });
};
