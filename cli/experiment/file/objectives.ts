import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readSlos } from '../../objectives/find-slo.ts';
import { ObsctlError } from '../../shared/errors.ts';
import type { Problem } from './violations.ts';

/** A path goes from the experiment's own folder; a name is one that is shipped. */
const beside = (file: string, nameOrPath: string): string => {
  const path = resolve(dirname(file), nameOrPath);
  return existsSync(path) ? path : nameOrPath;
};

/** The OpenSLO files that an experiment file names, by name or path; what is wrong with them goes into `problems`. */
export const objectivesOf = (file: string, names: string[], problems: Problem[]): string[] =>
  names.flatMap((name, i): string[] => {
    try {
      readSlos([beside(file, name)]);
      return [beside(file, name)];
    } catch (error) {
      if (!(error instanceof ObsctlError)) throw error;
      const message = [error.message.replace(/\.$/, ''), ...error.details].join('; ');
      problems.push({ path: ['objectives', i], message });
      return [];
    }
  });
