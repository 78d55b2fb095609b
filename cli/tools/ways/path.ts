import { access, constants, realpath } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { messageOf } from '../../shared/errors.ts';
import { versionAt } from '../probe.ts';
import type { FoundTool, ToolDefinition, Way } from '../tool.ts';

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

const candidates = async (tool: ToolDefinition, path: string): Promise<string[]> => {
  const places = path.split(delimiter).filter(isAbsolute);
  const files = places.map((place) => join(place, tool.name));
  const there = await Promise.all(files.map(isExecutable));
  return [...new Set(files.filter((_, i) => there[i]))];
};

const accept = async (tool: ToolDefinition, path: string): Promise<FoundTool> => {
  const version = await versionAt(tool, path);
  if (!tool.accepts(version)) throw new Error(`${path} is ${version}, and ${tool.accepted} is needed`);
  return { name: tool.name, path: await realpath(path), version, way: onPath.name };
};

/** The first one on the PATH whose version will do. */
export const onPath: Way = {
  name: 'PATH',
  find: async (tool, { env }) => {
    const refusals: string[] = [];
    for (const path of await candidates(tool, env.PATH ?? '')) {
      try {
        return await accept(tool, path);
      } catch (error) {
        refusals.push(messageOf(error));
      }
    }
    throw new Error(refusals.join('; ') || `no ${tool.name} there`);
  },
};
