import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { nowSeconds } from '../shared/clock.ts';
import { ObsctlError } from '../shared/errors.ts';
import { makeFolder } from '../shared/folder.ts';
import { stateDirectory } from '../shared/paths.ts';
import { writeWhole } from '../shared/write-whole.ts';

const haltSchema = z.object({
  /** Unix seconds. */
  since: z.number(),
});
export type Halt = z.infer<typeof haltSchema>;

/** While it is set no fault may be injected, nor held any longer. */
export interface HaltSwitch {
  /** Null where it is not set. */
  read(): Halt | null;
  /** Sets it, on disk before anything else is done. One that is set already stays as it is. */
  set(): Halt;
  /** False where it was not set. */
  lift(): boolean;
}

/** A file in the state folder, so that every process of this user sees it, and a restart forgets nothing. */
export class HaltFile implements HaltSwitch {
  constructor(private readonly folder = stateDirectory()) {}

  private get path(): string {
    return join(this.folder, 'halt.json');
  }

  /** One that cannot be read is set all the same. */
  read(): Halt | null {
    if (!existsSync(this.path)) return null;
    try {
      return haltSchema.parse(JSON.parse(readFileSync(this.path, 'utf8')));
    } catch {
      return existsSync(this.path) ? { since: 0 } : null;
    }
  }

  set(): Halt {
    const before = this.read();
    if (before) return before;
    const halt = { since: nowSeconds() };
    makeFolder(this.folder, 0o700);
    writeWhole(this.path, JSON.stringify(halt), 0o600);
    return halt;
  }

  lift(): boolean {
    const was = existsSync(this.path);
    rmSync(this.path, { force: true });
    return was;
  }
}

/** When it was set, as a date. */
export const haltedSince = ({ since }: Halt): string =>
  since > 0 ? new Date(since * 1000).toISOString() : 'an unknown time';

/** Why nothing may be broken now; null where it may. */
export const haltedError = (halt: Pick<HaltSwitch, 'read'>): ObsctlError | null => {
  const set = halt.read();
  return set
    ? new ObsctlError(
        'HALTED',
        `Every fault has been halted since ${haltedSince(set)}, until that is lifted.`,
      )
    : null;
};

/** Throws HALTED where nothing may be broken now. */
export const refuseWhileHalted = (halt: Pick<HaltSwitch, 'read'>): void => {
  const error = haltedError(halt);
  if (error) throw error;
};
