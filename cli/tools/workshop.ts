import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readEntry, writeEntry } from './cache-entry.ts';
import { mustBe } from './probe.ts';
import type { FoundTool, ToolDefinition, WayContext } from './tool.ts';

const PREFIX = '.making-';

/** A name for what this process is making in that folder: should it be killed, whoever comes next removes it. */
export const makingName = (folder: string, rest: string): string =>
  join(folder, `${PREFIX}${process.pid}-${rest}`);

/** Whether there is a process of that id. */
const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Removes what processes left that were killed. */
const removeLeftovers = async (cache: string): Promise<void> => {
  for (const name of await readdir(cache)) {
    if (!name.startsWith(PREFIX)) continue;
    const owner = Number.parseInt(name.slice(PREFIX.length), 10);
    if (isThere(owner)) continue;
    await rm(join(cache, name), { recursive: true, force: true });
  }
};

/** Moves a finished entry to its place in one step. What is there and does not count, gives way. */
const putInPlace = async (entry: string, place: string, tool: ToolDefinition): Promise<void> => {
  try {
    await rename(entry, place);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    const faster = await readEntry(place, tool).catch(() => null);
    if (faster) return;
    await rm(place, { recursive: true });
    await rename(entry, place);
  }
};

/**
 * Makes a binary in a folder of its own, verifies that it runs and is the version wanted, and moves it into the cache in
 * one step together with the note of where it came from: no one ever sees half a binary, and two at once do each other
 * no harm. `make` returns the binary's path.
 */
export const makeInCache = async (
  tool: ToolDefinition,
  version: string,
  context: WayContext,
  way: string,
  make: (folder: string) => Promise<string>,
): Promise<FoundTool> => {
  await mkdir(context.cache, { recursive: true });
  await removeLeftovers(context.cache);
  const folder = await mkdtemp(makingName(context.cache, ''));
  try {
    const made = await make(folder);
    await chmod(made, 0o755);
    await mustBe(tool, version, made);
    context.signal?.throwIfAborted();
    const entry = await writeEntry(join(folder, 'entry'), tool, made, { version, origin: way });
    const place = join(context.cache, version);
    await putInPlace(entry, place, tool);
    return { ...(await readEntry(place, tool)), way };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
};
