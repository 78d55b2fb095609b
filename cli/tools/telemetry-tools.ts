import type { FoundTool } from './tool.ts';
import { findTool } from './tools.ts';

/** The binaries of the real back ends. */
export const TELEMETRY_TOOLS = ['otelcol', 'prometheus', 'loki', 'tempo'] as const;
export type TelemetryTool = (typeof TELEMETRY_TOOLS)[number];

/** All of them, or the names of those that are not there. */
export type TelemetryTools =
  | { found: Record<TelemetryTool, FoundTool>; missing: null }
  | { found: null; missing: TelemetryTool[] };

/**
 * The binaries of the real back ends on the PATH or in the cache. Quick: nothing is downloaded, and what lies in the
 * cache was verified when it came there and is not run again.
 */
export const telemetryTools = async (): Promise<TelemetryTools> => {
  const states = await Promise.all(TELEMETRY_TOOLS.map(findTool));
  const missing = TELEMETRY_TOOLS.filter((_, i) => states[i]!.found === null);
  if (missing.length > 0) return { found: null, missing };
  const found = Object.fromEntries(states.map(({ name, found }) => [name, found!]));
  return { found: found as Record<TelemetryTool, FoundTool>, missing: null };
};
