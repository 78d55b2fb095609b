import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Name of the collector among the stack's components. */
export const COLLECTOR = 'otelcol';

export const EDGE_SIGNALS = ['logs', 'traces'] as const;
export type EdgeSignal = (typeof EDGE_SIGNALS)[number];

/** What stands in an overlay that changes nothing. */
const NEUTRAL = 'processors: {}\n';

/** The overlay of a signal: laid over the collector's configuration, read again at each SIGHUP. */
export const edgeFile = (temporary: string, signal: EdgeSignal): string =>
  join(temporary, `collector-edge-${signal}.yaml`);

/** Writes the overlay, whole or not at all: the collector may read at any moment. `mode`: whatever the umask says. */
export const writeEdge = (
  temporary: string,
  signal: EdgeSignal,
  text: string = NEUTRAL,
  mode = 0o600,
): void => {
  const file = edgeFile(temporary, signal);
  writeFileSync(`${file}.draft`, text, { mode: 0o600 });
  chmodSync(`${file}.draft`, mode);
  renameSync(`${file}.draft`, file);
};

/** Undefined where there is none. */
export const readEdge = (temporary: string, signal: EdgeSignal): string | undefined => {
  const file = edgeFile(temporary, signal);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
};

/** When the overlay got to where the collector reads it, Unix seconds; undefined where there is none. */
export const edgeWrittenAt = (temporary: string, signal: EdgeSignal): number | undefined => {
  const found = statSync(edgeFile(temporary, signal), { throwIfNoEntry: false });
  return found && found.ctimeMs / 1000;
};

const metricsFile = (temporary: string): string => join(temporary, 'collector-metrics-url');

/** Leaves word of where the collector's own metrics are, for who lays an overlay and asks whether it was read. */
export const writeMetricsUrl = (temporary: string, url: string): void =>
  writeFileSync(metricsFile(temporary), url, { mode: 0o600 });

/** Undefined where nobody left word. */
export const readMetricsUrl = (temporary: string): string | undefined =>
  existsSync(metricsFile(temporary)) ? readFileSync(metricsFile(temporary), 'utf8') : undefined;

export const isNeutral = (text: string | undefined): boolean => text === undefined || text === NEUTRAL;

/** Makes the overlays, neutral, and returns the collector's arguments for them. */
export const prepareEdges = (temporary: string, mode?: number): string[] =>
  EDGE_SIGNALS.map((signal) => {
    writeEdge(temporary, signal, NEUTRAL, mode);
    return `--config=${edgeFile(temporary, signal)}`;
  });
