import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { ScenarioInfo } from '../../load/load-driver.ts';
import { findScript, isScriptPath } from '../../load/script.ts';
import { ObsctlError } from '../../shared/errors.ts';
import type { Problem } from './violations.ts';

/** A k6 script is shorter, bytes. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Characters of the digest in its name: enough to tell versions apart. */
const DIGEST = 12;

/** A name that is another one as soon as the script is: runs of different scripts are different experiments. */
const nameOf = (file: string): string => {
  const stat = statSync(file);
  // A device or a pipe may never end.
  if (!stat.isFile()) throw new ObsctlError('USAGE', 'it is no file');
  if (stat.size > MAX_BYTES)
    throw new ObsctlError('USAGE', `it is longer than ${MAX_BYTES / 1024 / 1024} MiB`);
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
  return `${basename(file)}@${digest.slice(0, DIGEST)}`;
};

const scriptAt = (file: string): ScenarioInfo => ({
  name: nameOf(findScript(file, []).file),
  aliases: [],
  title: basename(file),
  // It is told the rate and the users that the file names, and decides for itself.
  model: 'open',
  defaults: { rate: null, vus: null, duration: 0 },
  description: 'A k6 script of your own.',
  file,
});

/**
 * The team's own k6 script where `scenario` names one: a path from the experiment's folder. Undefined where it names a
 * scenario; null, with the reason among the problems, where it cannot be read.
 */
export const scriptOf = (
  experiment: string,
  scenario: string,
  problems: Problem[],
): ScenarioInfo | null | undefined => {
  if (!isScriptPath(scenario)) return undefined;
  try {
    return scriptAt(resolve(dirname(experiment), scenario));
  } catch (error) {
    const message =
      error instanceof ObsctlError ? error.message.replace(/\.$/, '') : (error as Error).message;
    problems.push({ path: ['load', 'scenario'], message });
    return null;
  }
};
