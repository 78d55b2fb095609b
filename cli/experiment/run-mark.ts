import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { identify, isAlive, type ProcessIdentity } from '../shared/process-identity.ts';
import { writeWhole } from '../shared/write-whole.ts';

/** Who owns a run that has not ended. */
const MARK = 'running.json';
/** Room that is kept for the end of a run, bytes: enough for a record without series, should the disk be full then. */
const RESERVE = 'reserve';
const RESERVE_BYTES = 256 * 1024;

interface Mark extends ProcessIdentity {
  /** Address of the system that it is run on; absent: a stack of ours. */
  target?: string;
}

/**
 * Marks the run in that folder as ours, and keeps room for its end. `target`: where it is run on a system that obsctl
 * did not start. Throws what the system says.
 */
export const markRunning = (folder: string, target?: string): void => {
  writeWhole(join(folder, MARK), JSON.stringify({ ...identify(process.pid), target }));
  writeWhole(join(folder, RESERVE), '.'.repeat(RESERVE_BYTES));
};

/** Gives back the room that was kept for the run's end. */
export const releaseReserve = (folder: string): void => rmSync(join(folder, RESERVE), { force: true });

/** The run has ended. */
export const unmarkRunning = (folder: string): void => {
  releaseReserve(folder);
  rmSync(join(folder, MARK), { force: true });
};

const ownerOf = (folder: string): Mark | null => {
  try {
    return JSON.parse(readFileSync(join(folder, MARK), 'utf8')) as Mark | null;
  } catch {
    return null;
  }
};

/** The run did not end, and whoever was to end it is gone. */
export const isAbandoned = (folder: string): boolean => {
  if (!existsSync(join(folder, MARK))) return false;
  const owner = ownerOf(folder);
  return owner === null || !isAlive(owner);
};

/** Whether that run went on the same system: nobody else's can say how it left it. */
export const wentOn = (folder: string, target: string | undefined): boolean =>
  ownerOf(folder)?.target === target;
