import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Writes a file whole or not at all, forced to disk: a reader never meets half of it. Throws what the system says. */
export const writeWhole = (path: string, content: string, mode = 0o644): void => {
  const draft = `${path}.partial`;
  try {
    const file = openSync(draft, 'w', mode);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    // A part of it would take the room that others need.
    rmSync(draft, { force: true });
    throw error;
  }
};
