import { existsSync } from 'node:fs';
import { mustBePinned } from '../probe.ts';
import type { Way } from '../tool.ts';
import { cachedPath } from '../workshop.ts';

/** What an earlier download or build left. */
export const inCache: Way = {
  name: 'cache',
  find: async (tool, context) => {
    const path = cachedPath(tool, context);
    if (!existsSync(path)) throw new Error(`no ${path}`);
    await mustBePinned(tool, path);
    return { name: tool.name, path, version: tool.version, way: inCache.name };
  },
};
