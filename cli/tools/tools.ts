import { join } from 'node:path';
import { monotonicSeconds } from '../shared/clock.ts';
import { messageOf, ObsctlError } from '../shared/errors.ts';
import { cacheDirectory } from '../shared/paths.ts';
import { TOOLS, toolNamed } from './catalogue.ts';
import type { FoundTool, Refusal, ToolDefinition, ToolProgress, Way, WayContext } from './tool.ts';
import { inCache } from './ways/cache.ts';
import { byGoBuild } from './ways/go-build.ts';
import { onPath } from './ways/path.ts';
import { fromRelease } from './ways/release.ts';

export interface InstallOptions {
  /** Told what is being done when a way begins to take time, then once a second. */
  onProgress?: (progress: ToolProgress) => void;
  /** Ends the installation and removes what it had begun. */
  signal?: AbortSignal;
}

export interface ToolState {
  name: string;
  purpose: string;
  /** The version that an installation would give. */
  pinned: string;
  found: FoundTool | null;
  /** Why each way tried did not lead to it. */
  refusals: Refusal[];
}

const PROGRESS_EVERY_MS = 1000;

const contextOf = (tool: ToolDefinition, signal?: AbortSignal): WayContext => ({
  cache: join(cacheDirectory(), 'tools', tool.name),
  env: process.env,
  platform: process.platform,
  arch: process.arch,
  tell: () => undefined,
  signal,
});

/** Tells the listener what a way says, with the seconds it has taken: the first words at once, then by the second. */
const narrator = (tool: ToolDefinition, way: Way, onProgress: InstallOptions['onProgress']) => {
  const start = monotonicSeconds();
  let text = '';
  const report = () =>
    text && onProgress?.({ tool: tool.name, way: way.name, elapsed: monotonicSeconds() - start, text });
  const timer = setInterval(report, PROGRESS_EVERY_MS);
  const tell = (news: string) => {
    const first = text === '';
    text = news;
    if (first) report();
  };
  return { tell, end: () => clearInterval(timer) };
};

/** Tries the ways in order. The first that leads to the tool wins; one that fails never stops the next. */
const tryWays = async (
  tool: ToolDefinition,
  ways: Way[],
  { onProgress, signal }: InstallOptions = {},
): Promise<{ found: FoundTool | null; refusals: Refusal[] }> => {
  const refusals: Refusal[] = [];
  for (const way of ways) {
    const { tell, end } = narrator(tool, way, onProgress);
    try {
      const found = await way.find(tool, { ...contextOf(tool, signal), tell });
      return { found, refusals };
    } catch (error) {
      if (signal?.aborted) throw interrupted(tool, signal);
      refusals.push({ way: way.name, reason: messageOf(error) });
    } finally {
      end();
    }
  }
  return { found: null, refusals };
};

const interrupted = (tool: ToolDefinition, signal: AbortSignal): ObsctlError =>
  new ObsctlError('INTERRUPTED', `The installation of ${tool.name} was interrupted.`, {
    cause: signal.reason,
  });

const stateOf = async (tool: ToolDefinition): Promise<ToolState> => ({
  name: tool.name,
  purpose: tool.purpose,
  pinned: tool.version,
  ...(await tryWays(tool, [onPath, inCache])),
});

/** Whether the tool is on the PATH or in the cache; nothing is downloaded. Throws UNKNOWN_TOOL. */
export const findTool = async (name: string): Promise<ToolState> => stateOf(toolNamed(name));

/** Every tool obsctl knows, and whether it is there. */
export const listTools = (): Promise<ToolState[]> => Promise.all(TOOLS.map(stateOf));

/**
 * Finds the tool or gets it: PATH, cache, the release's archive, a Go build. Throws UNKNOWN_TOOL, INTERRUPTED, or
 * TOOL_UNAVAILABLE with one detail line for each way tried.
 */
export const installTool = async (name: string, options: InstallOptions = {}): Promise<FoundTool> => {
  const tool = toolNamed(name);
  const { found, refusals } = await tryWays(tool, [onPath, inCache, fromRelease, byGoBuild], options);
  if (found) return found;
  throw new ObsctlError('TOOL_UNAVAILABLE', `${name} could not be found, downloaded or built.`, {
    details: refusals.map(({ way, reason }) => `${way}: ${reason}`),
  });
};
