import { ObsctlError } from '../shared/errors.ts';
import { nearest } from '../shared/nearest.ts';
import { k6 } from './k6.ts';
import type { ToolDefinition } from './tool.ts';

/** Every tool, in the order in which they are listed. */
export const TOOLS: ToolDefinition[] = [k6];

/** The tool of that name. Throws UNKNOWN_TOOL, naming the nearest. */
export const toolNamed = (name: string): ToolDefinition => {
  const found = TOOLS.find((tool) => tool.name === name);
  if (found) return found;
  const names = TOOLS.map((tool) => tool.name);
  throw new ObsctlError('UNKNOWN_TOOL', `There is no tool "${name}".`, {
    details: [`Nearest: ${nearest(name, names).join(', ')}`],
  });
};
