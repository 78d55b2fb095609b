import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { mustBePinned } from './probe.ts';
import type { FoundTool, ToolDefinition, WayContext } from './tool.ts';

const PREFIX = '.making-';

/** A folder this old was left by a process that was killed. */
const LEFT_AFTER_MS = 3_600_000;

/** Where the cache keeps the binary. */
export const cachedPath = (tool: ToolDefinition, { cache }: WayContext): string =>
  join(cache, tool.version, tool.name);

const removeLeftovers = async (cache: string): Promise<void> => {
  for (const name of await readdir(cache)) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(cache, name);
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > LEFT_AFTER_MS) await rm(folder, { recursive: true, force: true });
  }
};

/**
 * Makes a binary in a folder of its own, verifies that it runs and is the pinned version, and moves it into the cache
 * in one step: no one ever sees half a binary, and two at once do each other no harm. `make` returns the binary's path.
 */
export const makeInCache = async (
  tool: ToolDefinition,
  context: WayContext,
  way: string,
  make: (folder: string) => Promise<string>,
): Promise<FoundTool> => {
  await mkdir(context.cache, { recursive: true });
  await removeLeftovers(context.cache);
  const folder = await mkdtemp(join(context.cache, PREFIX));
  try {
    const made = await make(folder);
    await chmod(made, 0o755);
    await mustBePinned(tool, made);
    context.signal?.throwIfAborted();
    const path = cachedPath(tool, context);
    await mkdir(dirname(path), { recursive: true });
    await rename(made, path);
    return { name: tool.name, path, version: tool.version, way };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
};
