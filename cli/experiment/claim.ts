import { createHash } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { nowSeconds } from '../shared/clock.ts';
import { ObsctlError } from '../shared/errors.ts';
import { makeFolder } from '../shared/folder.ts';
import { stateDirectory } from '../shared/paths.ts';
import { identify, isAlive } from '../shared/process-identity.ts';
import { writeWhole } from '../shared/write-whole.ts';

const ownerSchema = z.object({
  pid: z.number(),
  startedAt: z.string(),
  /** Unix seconds. */
  since: z.number(),
  /** Absent until the run has begun. */
  runId: z.string().optional(),
});
type Owner = z.infer<typeof ownerSchema>;

/** Null where nobody has it, or whoever had it is gone. */
const ownerOf = (path: string): Owner | null => {
  try {
    const owner = ownerSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return isAlive(owner) ? owner : null;
  } catch {
    return null;
  }
};

/** What a run has on its system while it goes on. */
export interface Claim {
  /** Says which run it is to whoever is refused because of it. */
  name(runId: string): void;
  release(): void;
}

const takenBy = ({ pid, since, runId }: Owner): ObsctlError =>
  new ObsctlError(
    'RUN_GOING_ON',
    `Another run is going on here: ${runId ? `${runId}, ` : ''}process ${pid}, since ${new Date(since * 1000).toISOString()}.`,
  );

/** A link is made by one of several that want it at once; false where the place is taken. */
const linked = (own: string, path: string): boolean => {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};

/** Takes a claim of nobody's away; one that somebody made in its place meanwhile is put back. */
const putAside = (path: string, own: string): void => {
  const aside = `${own}.old`;
  try {
    renameSync(path, aside);
    if (ownerOf(aside)) linked(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
};

/**
 * Claims the system for one run of this process: two at once would clear each other's faults, and each would measure what the
 * other broke. `target`: the address of a system that obsctl did not start; absent: the stack of this user. A claim of a
 * process that is gone is taken over. Throws RUN_GOING_ON, which names the run and the process that have it.
 */
export const claimSystem = (target?: string, folder = stateDirectory()): Claim => {
  const name = target ? createHash('sha256').update(target).digest('hex').slice(0, 16) : 'stack';
  const path = join(folder, `run-on-${name}.json`);
  const own = join(folder, `run-on-${name}-${process.pid}.json`);
  makeFolder(folder, 0o700);
  const owner = { ...identify(process.pid)!, since: nowSeconds() };
  writeWhole(own, JSON.stringify(owner), 0o600);
  try {
    while (!linked(own, path)) {
      const other = ownerOf(path);
      if (other) throw takenBy(other);
      putAside(path, own);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return {
    name: (runId) => writeWhole(path, JSON.stringify({ ...owner, runId }), 0o600),
    release: () => rmSync(path, { force: true }),
  };
};
