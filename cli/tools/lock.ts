import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sleep } from '../shared/clock.ts';
import { identify, isAlive, type ProcessIdentity } from '../shared/process-identity.ts';
import { makingName } from './workshop.ts';

const LOOK_EVERY_SECONDS = 0.5;

type Holder = ProcessIdentity | 'nobody' | 'unknown';

const holderOf = async (file: string): Promise<Holder> => {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'nobody' : 'unknown';
  }
};

/** Takes the lock, or says who has it. The file appears with its content in one step. */
const take = async (file: string): Promise<'ours' | Holder> => {
  const draft = makingName(dirname(file), randomUUID());
  await writeFile(draft, JSON.stringify(identify(process.pid)));
  try {
    await link(draft, file);
    return 'ours';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return holderOf(file);
  } finally {
    await rm(draft, { force: true });
  }
};

const isHeld = (holder: Holder): holder is ProcessIdentity => typeof holder === 'object' && isAlive(holder);

/**
 * Runs `work` while no other process holds the lock of that name; one whose owner is dead is taken over. Two that take
 * over at the same moment may both work: they lose time, and nothing else. `tell` gets the owner waited for. Rejects
 * with the signal's reason when it aborts while waiting.
 */
export const withLock = async <T>(
  file: string,
  { tell, signal }: { tell: (owner: number) => void; signal?: AbortSignal },
  work: () => Promise<T>,
): Promise<T> => {
  await mkdir(dirname(file), { recursive: true });
  for (let holder = await take(file); holder !== 'ours'; holder = await take(file)) {
    if (isHeld(holder)) {
      tell(holder.pid);
      await sleep(LOOK_EVERY_SECONDS, signal);
    } else if (holder !== 'nobody') await rm(file, { force: true });
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
};
