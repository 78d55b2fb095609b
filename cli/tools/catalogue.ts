import { ObsctlError } from '../shared/errors.ts';
import { nearest } from '../shared/nearest.ts';
import { compose } from './compose.ts';
import { k6 } from './k6.ts';
import { loki } from './loki.ts';
import { minio } from './minio.ts';
import { otelcol } from './otelcol.ts';
import { postgresExporter } from './postgres-exporter.ts';
import { prometheus } from './prometheus.ts';
import { promtool } from './promtool.ts';
import { redisExporter } from './redis-exporter.ts';
import { tempo } from './tempo.ts';
import type { ToolDefinition } from './tool.ts';
import { toxiproxy } from './toxiproxy.ts';
import { traefik } from './traefik.ts';

/** The tools that obsctl runs without Docker, in the order in which they are listed. */
export const TOOLS: ToolDefinition[] = [k6, otelcol, prometheus, promtool, loki, tempo, toxiproxy, traefik];

/** Tools that are got only by name: Compose, and what nothing but a container runs. */
export const NAMED_TOOLS: ToolDefinition[] = [compose, minio, postgresExporter, redisExporter];

/** The tool of that name. Throws UNKNOWN_TOOL, naming the nearest. */
export const toolNamed = (name: string): ToolDefinition => {
  const all = [...TOOLS, ...NAMED_TOOLS];
  const found = all.find((tool) => tool.name === name);
  if (found) return found;
  const names = all.map((tool) => tool.name);
  throw new ObsctlError('UNKNOWN_TOOL', `There is no tool "${name}".`, {
    details: [`Nearest: ${nearest(name, names).join(', ')}`],
  });
};
