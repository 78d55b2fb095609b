import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { ObsctlError } from '../shared/errors.ts';
import { findScenario } from './catalogue.ts';
import type { ScenarioInfo } from './load-driver.ts';

/** What k6 is to run. */
export interface Script {
  name: string;
  /** Absolute path. */
  file: string;
  /** One of our scenarios: it keeps to our variables. Anybody else's decides for itself. */
  ours: boolean;
}

/** Whether that names a file rather than a scenario: a slash, or the ending of a script. */
export const isScriptPath = (name: string): boolean => /[/\\]|\.[cm]?[jt]s$/.test(name);

const NOWHERE = new Set(['ENOENT', 'ENOTDIR']);

const kindOf = (path: string): 'file' | 'folder' | 'nothing' => {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (NOWHERE.has((error as NodeJS.ErrnoException).code ?? '')) return 'nothing';
    throw error;
  }
};

const scriptAt = (path: string): Script => {
  const kind = kindOf(path);
  if (kind === 'file') return { name: basename(path), file: resolve(path), ours: false };
  throw new ObsctlError(
    'UNKNOWN_SCENARIO',
    kind === 'folder' ? `"${path}" is a folder, not a k6 script.` : `There is no script "${path}".`,
  );
};

/** The scenario of that name, or the k6 script at that path. Throws UNKNOWN_SCENARIO where there is neither. */
export const findScript = (name: string, scenarios: ScenarioInfo[]): Script => {
  if (isScriptPath(name)) return scriptAt(name);
  const { name: known, file } = findScenario(name, scenarios);
  return { name: known, file, ours: true };
};
