import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What k6 writes in a probe, bytes, and as much again. */
const ROOM = 2 * 1024 * 1024;

const hasRoom = (folder: string): boolean => {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize > ROOM;
};

/** A folder for the files of a probe: in the run's, or for its time only in the system's where that disk is full. */
export const withProbeFolder = async <T>(
  run: string,
  name: string,
  probe: (folder: string) => Promise<T>,
): Promise<T> => {
  if (hasRoom(run)) return probe(join(run, name));
  const folder = mkdtempSync(join(tmpdir(), 'obsctl-probe-'));
  try {
    return await probe(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
