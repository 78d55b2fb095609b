import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes the folder and those above it that are missing. Not `mkdirSync` with `recursive`: that never returns where a
 * folder is refused as not found (under /proc). Throws what the system says.
 */
export const makeFolder = (path: string, mode = 0o755): void => {
  const folder = resolve(path);
  if (existsSync(folder)) return;
  makeFolder(dirname(folder), mode);
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!existsSync(folder)) throw error;
  }
};
