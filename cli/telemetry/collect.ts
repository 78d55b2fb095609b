import { SCHEMA_VERSION } from '../../reports/record/common.ts';
import type { Completeness, CrossCheck } from '../../reports/record/completeness.ts';
import type { Evidence, Exemplar, Log, Trace } from '../../reports/record/evidence.ts';
import { messageOf, ObsctlError } from '../shared/errors.ts';
import { sampleArrivals } from './collect/arrivals.ts';
import { around } from './collect/choose.ts';
import { isComplete } from './collect/from-trace.ts';
import { collectLogs } from './collect/logs.ts';
import { type CollectOptions, type Metrics, rootServiceOf } from './collect/options.ts';
import { type AskedMissing, Questions } from './collect/questions.ts';
import { reconcile } from './collect/reconcile.ts';
import { collectTraces } from './collect/trace-evidence.ts';
import { crossCheckOf } from './cross-check/cross-check.ts';
import type { PipelineState, TelemetrySource } from './telemetry-source.ts';

export type { CollectOptions } from './collect/options.ts';

const askReady = async (source: TelemetrySource): Promise<PipelineState> => {
  try {
    return await source.ready();
  } catch (error) {
    if (error instanceof ObsctlError) throw error;
    throw new ObsctlError('TELEMETRY_UNAVAILABLE', messageOf(error), { cause: error });
  }
};

const askMetrics = async (questions: Questions, { window }: CollectOptions): Promise<Metrics> => ({
  red: await questions.ask('red', window, [], (source) => source.red(window)),
  runtime: await questions.ask('runtime', window, [], (source) => source.runtime(window)),
  exemplars: await questions.ask('exemplars', window, [], (source) => source.exemplars(window)),
});

const askCounts = async (
  questions: Questions,
  { load, window: { to }, entryService, incidents, clientTraces }: CollectOptions,
  { red }: Metrics,
  { missing }: AskedMissing,
): Promise<CrossCheck | null> => {
  if (!load) return null;
  const window = { from: Math.min(load.from, to), to };
  const counts = await questions.answer('counts', window, (source) => source.counts(window, entryService));
  const served = counts ? counts.value : null;
  const lostTraces = countWhere(clientTraces, ({ traceId, answered }) => answered && missing.has(traceId));
  return crossCheckOf({ ...load, window, served, entryService, red, incidents, lostTraces });
};

const countWhere = <T>(items: T[], holds: (item: T) => boolean): number => items.filter(holds).length;

/** What is known of a trace id: whether it was looked up with an answer, and whether nothing of it was there. */
interface Known {
  isMissing(traceId: string): boolean;
  wasLookedUp(traceId: string): boolean;
}

const fetchedOnly = (traces: Trace[], absent: string[]): Known => {
  const [there, gone] = [new Set(traces.map(({ traceId }) => traceId)), new Set(absent)];
  return { isMissing: (id) => gone.has(id), wasLookedUp: (id) => there.has(id) || gone.has(id) };
};

/** Nobody sent it requests for us. */
const isForeign = ({ client, clientTraces }: CollectOptions): boolean =>
  client === null && clientTraces.length === 0;

/**
 * The ids of which nothing arrived. Where no client was there, somebody's back ends are not asked for each exemplar of
 * the window: only those of chosen traces are looked up, by fetching them.
 */
const lookUp = async (
  questions: Questions,
  options: CollectOptions,
  { exemplars }: Metrics,
): Promise<AskedMissing> => {
  const { clientTraces, clientService, window } = options;
  if (isForeign(options)) return { missing: new Set(), unknown: new Set() };
  const ids = [...clientTraces, ...exemplars].map(({ traceId }) => traceId);
  return questions.missing(ids, clientService, around(window));
};

type Counts = Pick<Completeness, 'clientTraces' | 'traces' | 'exemplars' | 'logs'>;

const countsOf = (
  options: CollectOptions,
  exemplars: Exemplar[],
  { isMissing, wasLookedUp }: Known,
  traces: Trace[],
  logs: Log[],
): Counts => {
  const { clientTraces } = options;
  const sent = new Set(clientTraces.map(({ traceId }) => traceId));
  const lost = countWhere([...sent], isMissing);
  const arrived = countWhere([...sent], (id) => wasLookedUp(id) && !isMissing(id));
  const lookedUp = exemplars.filter(({ traceId }) => wasLookedUp(traceId));
  const unresolved = countWhere(lookedUp, ({ traceId }) => isMissing(traceId));
  const complete = countWhere(traces, ({ spans }) => isComplete(spans, rootServiceOf(options)));
  return {
    clientTraces: { sent: sent.size, arrived, missing: lost },
    traces: { fetched: traces.length, complete, partial: traces.length - complete },
    exemplars: { collected: exemplars.length, resolved: lookedUp.length - unresolved, unresolved },
    logs: { collected: logs.length, withTraceId: countWhere(logs, ({ traceId }) => traceId !== null) },
  };
};

/**
 * Fetches all that the analysis may read of a run. The exemplars counted in `completeness` are the metrics' own; with
 * a client each was looked up by its trace id, whether its trace is kept or not, without one those of chosen traces. A question that fails is counted and recorded, and
 * what it would have brought is missing. Throws ObsctlError TELEMETRY_UNAVAILABLE when the source cannot be asked.
 */
export const collectEvidence = async (
  source: TelemetrySource,
  options: CollectOptions,
): Promise<Evidence> => {
  const { detail, degraded = [] } = await askReady(source);
  const questions = new Questions(source);
  const metrics = await askMetrics(questions, options);
  options.accept?.(metrics, questions.records);
  const lookedUp = await lookUp(questions, options, metrics);
  const { traces, filledIn, absent } = await collectTraces(questions, options, metrics, lookedUp.missing);
  const known: Known = isForeign(options)
    ? fetchedOnly(traces, absent)
    : { isMissing: (id) => lookedUp.missing.has(id), wasLookedUp: (id) => !lookedUp.unknown.has(id) };
  const logs = await collectLogs(questions, options, traces);
  const arrivals = options.client ? await sampleArrivals(questions, options) : [];
  const reconciled = await reconcile(questions, options, { traces, logs, arrivals });
  const alerts = await questions.ask('alerts', options.window, [], (asked) => asked.alerts(options.window));
  const crossCheck = await askCounts(questions, options, metrics, lookedUp);
  const { pipeline, degraded: meanwhile = [] } = await askReady(source);
  const { window, phases, client, incidents, entryService, clientService } = options;
  return {
    schemaVersion: SCHEMA_VERSION,
    source: { kind: source.kind, detail, degraded: [...new Set([...degraded, ...meanwhile])] },
    ...{ entryService, clientService, window, phases, client },
    red: metrics.red,
    runtime: metrics.runtime,
    exemplars: [...metrics.exemplars, ...filledIn].sort((a, b) => a.time - b.time),
    ...{ traces, logs, alerts, incidents },
    queries: questions.records,
    completeness: {
      ...countsOf(options, metrics.exemplars, known, traces, logs),
      ingestionLagSeconds: options.ingestionLagSeconds,
      settle: options.settle ?? null,
      pipeline,
      ...{ arrivals, reconciled },
      crossCheck,
      droppedIterations: options.droppedIterations,
      failedQueries: questions.failed,
    },
  };
};
