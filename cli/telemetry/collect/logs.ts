import type { Window } from '../../../reports/record/common.ts';
import type { Log, Trace } from '../../../reports/record/evidence.ts';
import { chunks } from '../../shared/lists.ts';
import { parts } from './choose.ts';
import type { CollectOptions } from './options.ts';
import type { Questions } from './questions.ts';

const MAX_TRACE_LOGS = 10_000;
/** Trace ids in one question: an address or a pattern of these is still short enough for any back end. */
const IDS_AT_ONCE = 50;
const MAX_WARNINGS = 2_000;
/** Parts of the window, each with its share of the warnings where there are too many. */
const WARNING_SLICES = 10;
/** A job may log after its request's window: seconds after the end in which lines of chosen traces still count. */
const AFTER_SECONDS = 60;

const keyOf = (log: Log): string =>
  JSON.stringify([log.time, log.service, log.instance, log.spanId, log.severity, log.body]);

const askWarnings = (questions: Questions, window: Window, limit: number): Promise<Log[]> =>
  questions.ask('logs', window, [], (source) => source.logs(window, { minSeverity: 'warn', limit }));

/**
 * Every line of the window from `warn` on. Where that is too many, the oldest of each slice, so that a storm at the
 * start does not hide what came later; what a quiet slice leaves of its share goes to those after it.
 */
const warningsOf = async (questions: Questions, window: Window): Promise<Log[]> => {
  const all = await askWarnings(questions, window, MAX_WARNINGS);
  if (!questions.records.at(-1)!.truncated) return all;
  const spread: Log[] = [];
  for (const [i, slice] of parts(window, WARNING_SLICES).entries()) {
    const share = Math.floor((MAX_WARNINGS - spread.length) / (WARNING_SLICES - i));
    spread.push(...(await askWarnings(questions, slice, share)));
  }
  return spread;
};

/** All lines of the traces, up to `MAX_TRACE_LOGS` together. */
const linesOf = async (questions: Questions, window: Window, ids: string[]): Promise<Log[]> => {
  const lines: Log[] = [];
  for (const traceIds of chunks(ids, IDS_AT_ONCE)) {
    const limit = MAX_TRACE_LOGS - lines.length;
    if (limit <= 0) break;
    lines.push(
      ...(await questions.ask('logs', window, [], (source) => source.logs(window, { traceIds, limit }))),
    );
  }
  return lines;
};

/**
 * All lines of the chosen traces, and those of the window from `warn` on, at most 2000 spread over it; each once,
 * oldest first.
 */
export const collectLogs = async (
  questions: Questions,
  { window }: CollectOptions,
  traces: Trace[],
): Promise<Log[]> => {
  const longer = { from: window.from, to: window.to + AFTER_SECONDS };
  const ofTraces = await linesOf(
    questions,
    longer,
    traces.map(({ traceId }) => traceId),
  );
  const warnings = await warningsOf(questions, window);
  const unique = new Map([...ofTraces, ...warnings].map((log) => [keyOf(log), log]));
  return [...unique.values()].sort((a, b) => a.time - b.time);
};
