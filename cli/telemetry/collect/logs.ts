import type { Log, Trace } from '../../../reports/record/evidence.ts';
import type { CollectOptions } from './options.ts';
import type { Questions } from './questions.ts';

const MAX_TRACE_LOGS = 10_000;
const MAX_WARNINGS = 2_000;
/** A job may log after its request's window: seconds after the end in which lines of chosen traces still count. */
const AFTER_SECONDS = 60;

const keyOf = (log: Log): string =>
  JSON.stringify([log.time, log.service, log.instance, log.spanId, log.severity, log.body]);

/** All lines of the chosen traces, and every line of the window from `warn` on; each once, oldest first. */
export const collectLogs = async (
  questions: Questions,
  { window }: CollectOptions,
  traces: Trace[],
): Promise<Log[]> => {
  const longer = { from: window.from, to: window.to + AFTER_SECONDS };
  const traceIds = traces.map(({ traceId }) => traceId);
  const ofTraces = await questions.ask('logs', longer, [], (source) =>
    source.logs(longer, { traceIds, limit: MAX_TRACE_LOGS }),
  );
  const warnings = await questions.ask('logs', window, [], (source) =>
    source.logs(window, { minSeverity: 'warn', limit: MAX_WARNINGS }),
  );
  const unique = new Map([...ofTraces, ...warnings].map((log) => [keyOf(log), log]));
  return [...unique.values()].sort((a, b) => a.time - b.time);
};
