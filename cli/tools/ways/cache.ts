import { join } from 'node:path';
import { messageOf } from '../../shared/errors.ts';
import { readEntry } from '../cache-entry.ts';
import type { Way } from '../tool.ts';

/** What an earlier download or build left. */
export const inCache: Way = {
  name: 'cache',
  serves: () => true,
  find: async (tool, { cache }) => {
    const versions = new Set([tool.version, tool.goBuild?.version ?? tool.version]);
    const refusals: string[] = [];
    for (const version of versions) {
      try {
        return await readEntry(join(cache, version), tool);
      } catch (error) {
        refusals.push(messageOf(error));
      }
    }
    throw new Error(refusals.join('; '));
  },
};
