import type { Arrival, Reconciled } from '../../../reports/record/completeness.ts';
import type { Log, Span, Trace } from '../../../reports/record/evidence.ts';
import { spread } from '../../shared/lists.ts';
import { around } from './choose.ts';
import type { CollectOptions } from './options.ts';
import type { Questions } from './questions.ts';

/** Trace ids of error logs that are looked up at most, besides those of traces that were fetched anyway. */
const ERROR_LOG_SAMPLE = 200;
const ERRORS = new Set<Log['severity']>(['error', 'fatal']);

const countWhere = <T>(items: T[], holds: (item: T) => boolean): number => items.filter(holds).length;

const followedOf = (arrivals: Arrival[]): Reconciled['followed'] => {
  const known = arrivals.filter(({ spans }) => spans !== null);
  const there = known.filter(({ spans }) => spans !== 0);
  const asked = arrivals.filter(({ lines }) => lines !== null);
  return {
    requests: arrivals.length,
    complete: countWhere(there, ({ whole }) => whole),
    partial: countWhere(there, ({ whole }) => !whole),
    missing: known.length - there.length,
    unknown: arrivals.length - known.length,
    lines: { asked: asked.length, found: countWhere(asked, ({ lines }) => lines !== 0) },
  };
};

const failedIn = (clientService: string) => (span: Span) =>
  span.service !== clientService && span.status === 'error';

/** Failed in the platform itself: where only the client failed, nobody there had anything to log. */
const errorTracesOf = (traces: Trace[], logs: Log[], clientService: string): Reconciled['errorTraces'] => {
  const told = new Set(logs.map(({ traceId }) => traceId));
  const failed = traces.filter(({ spans }) => spans.some(failedIn(clientService)));
  return { fetched: failed.length, withLines: countWhere(failed, ({ traceId }) => told.has(traceId)) };
};

/** Of a system that somebody else runs only what was fetched anyway is looked at. */
const errorLogsOf = async (
  questions: Questions,
  { client, window, clientService }: CollectOptions,
  traces: Trace[],
  logs: Log[],
): Promise<Reconciled['errorLogs']> => {
  const errors = logs.filter(({ severity }) => ERRORS.has(severity));
  const ids = [...new Set(errors.flatMap(({ traceId }) => traceId ?? []))];
  const there = new Set(traces.map(({ traceId }) => traceId));
  const rest = ids.filter((id) => !there.has(id));
  const sought = client ? spread(rest, ERROR_LOG_SAMPLE) : [];
  const { missing, unknown } = await questions.missing(sought, clientService, around(window));
  const known = countWhere(sought, (id) => !unknown.has(id));
  const fetched = ids.length - rest.length;
  return {
    collected: errors.length,
    withTraceId: countWhere(errors, ({ traceId }) => traceId !== null),
    lookedUp: fetched + known,
    resolved: fetched + known - missing.size,
  };
};

/** What the client sent against what arrived, and errors in logs against errors in traces; asks the source for what is not known yet. */
export const reconcile = async (
  questions: Questions,
  options: CollectOptions,
  { traces, logs, arrivals }: { traces: Trace[]; logs: Log[]; arrivals: Arrival[] },
): Promise<Reconciled> => ({
  followed: followedOf(arrivals),
  errorLogs: await errorLogsOf(questions, options, traces, logs),
  errorTraces: errorTracesOf(traces, logs, options.clientService),
});
