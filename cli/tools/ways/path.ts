import { access, constants, realpath, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { messageOf } from '../../shared/errors.ts';
import { versionAt } from '../probe.ts';
import type { FoundTool, ToolDefinition, Way } from '../tool.ts';

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

const namesOf = ({ name, executables }: ToolDefinition): string[] => executables ?? [name];

const candidates = async (tool: ToolDefinition, path: string): Promise<string[]> => {
  const places = path.split(delimiter).filter(isAbsolute);
  const files = namesOf(tool).flatMap((name) => places.map((place) => join(place, name)));
  const there = await Promise.all(files.map(isExecutable));
  return [...new Set(files.filter((_, i) => there[i]))];
};

const accept = async (tool: ToolDefinition, path: string): Promise<FoundTool> => {
  const version = await versionAt(tool, path);
  if (!tool.accepts(version)) throw new Error(`${path} is ${version}, and ${tool.accepted} is needed`);
  const real = await realpath(path);
  const { size } = await stat(real);
  return { name: tool.name, path: real, version, way: onPath.name, origin: onPath.name, size };
};

/** The first one on the PATH whose version will do. */
export const onPath: Way = {
  name: 'PATH',
  serves: () => true,
  find: async (tool, { env }) => {
    const refusals: string[] = [];
    for (const path of await candidates(tool, env.PATH ?? '')) {
      try {
        return await accept(tool, path);
      } catch (error) {
        refusals.push(messageOf(error));
      }
    }
    throw new Error(refusals.join('; ') || `no ${namesOf(tool).join(' or ')} there`);
  },
};
