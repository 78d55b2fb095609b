import { ObsctlError } from '../shared/errors.ts';
import { nearest } from '../shared/nearest.ts';
import { k6 } from './k6.ts';
import { loki } from './loki.ts';
import { otelcol } from './otelcol.ts';
import { prometheus } from './prometheus.ts';
import { promtool } from './promtool.ts';
import { tempo } from './tempo.ts';
import type { ToolDefinition } from './tool.ts';
import { toxiproxy } from './toxiproxy.ts';
import { traefik } from './traefik.ts';

/** Every tool, in the order in which they are listed. */
export const TOOLS: ToolDefinition[] = [k6, otelcol, prometheus, promtool, loki, tempo, toxiproxy, traefik];

/** The tool of that name. Throws UNKNOWN_TOOL, naming the nearest. */
export const toolNamed = (name: string): ToolDefinition => {
  const found = TOOLS.find((tool) => tool.name === name);
  if (found) return found;
  const names = TOOLS.map((tool) => tool.name);
  throw new ObsctlError('UNKNOWN_TOOL', `There is no tool "${name}".`, {
    details: [`Nearest: ${nearest(name, names).join(', ')}`],
  });
};
