import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import type { z } from 'zod';
import { isAlive, type ProcessIdentity } from '../../shared/process-identity.ts';
import { type GuardPaths, identitySchema } from './state-file.ts';

/** Takes the place of the one lease guard; false when another has it, be it alive or not. */
export const claimGuard = (paths: GuardPaths, guard: ProcessIdentity): boolean => {
  try {
    const file = openSync(paths.claim, 'wx', 0o600);
    writeSync(file, JSON.stringify(guard));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};

/** The guard that has the claim and lives. */
export const livingGuard = (paths: GuardPaths): ProcessIdentity | undefined => {
  try {
    const guard: z.infer<typeof identitySchema> = identitySchema.parse(
      JSON.parse(readFileSync(paths.claim, 'utf8')),
    );
    return isAlive(guard) ? guard : undefined;
  } catch {
    return undefined;
  }
};

/** Whether a lease may be open that nobody watches over. */
export const isGuardMissing = (paths: GuardPaths): boolean =>
  existsSync(paths.journal) && livingGuard(paths) === undefined;

/** A dead guard's claim and socket; its journal stays for the next one. */
export const removeClaim = (paths: GuardPaths): void => {
  rmSync(paths.socket, { force: true });
  rmSync(paths.claim, { force: true });
};

export const removeGuardFiles = (paths: GuardPaths): void => {
  rmSync(paths.journal, { force: true });
  removeClaim(paths);
};
