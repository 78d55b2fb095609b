import { pino } from 'pino';
import type { AppOptions } from '../app.ts';
import { createMetrics } from '../telemetry/metrics.ts';

/** A pino logger whose lines can be read. */
export const recordingLog = () => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: undefined }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { log, lines };
};

/** What every role's app needs, without a database. */
export const appOptions = (more: Partial<AppOptions> = {}): AppOptions => ({
  role: 'api',
  log: recordingLog().log,
  metrics: createMetrics(),
  slowRequestMs: 400,
  routes: [],
  facts: {},
  checkDatabase: async () => undefined,
  ...more,
});
