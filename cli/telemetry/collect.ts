import { SCHEMA_VERSION } from '../../reports/record/common.ts';
import type { Completeness, Evidence, Exemplar, Log, Trace } from '../../reports/record/evidence.ts';
import { messageOf, ObsctlError } from '../shared/errors.ts';
import { isComplete } from './collect/from-trace.ts';
import { collectLogs } from './collect/logs.ts';
import type { CollectOptions, Metrics } from './collect/options.ts';
import { Questions } from './collect/questions.ts';
import { collectTraces } from './collect/trace-evidence.ts';
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

const countWhere = <T>(items: T[], holds: (item: T) => boolean): number => items.filter(holds).length;

type Counts = Pick<Completeness, 'clientTraces' | 'traces' | 'exemplars' | 'logs'>;

const countsOf = (
  { clientTraces }: CollectOptions,
  exemplars: Exemplar[],
  missing: Set<string>,
  traces: Trace[],
  logs: Log[],
): Counts => {
  const sent = new Set(clientTraces.map(({ traceId }) => traceId));
  const lost = countWhere([...sent], (traceId) => missing.has(traceId));
  const unresolved = countWhere(exemplars, ({ traceId }) => missing.has(traceId));
  const complete = countWhere(traces, ({ spans }) => isComplete(spans));
  return {
    clientTraces: { sent: sent.size, arrived: sent.size - lost, missing: lost },
    traces: { fetched: traces.length, complete, partial: traces.length - complete },
    exemplars: { collected: exemplars.length, resolved: exemplars.length - unresolved, unresolved },
    logs: { collected: logs.length, withTraceId: countWhere(logs, ({ traceId }) => traceId !== null) },
  };
};

/**
 * Fetches all that the analysis may read of a run. The exemplars counted in `completeness` are the metrics' own; each
 * was looked up by its trace id, whether its trace is kept or not. A question that fails is counted and recorded, and
 * what it would have brought is missing. Throws ObsctlError TELEMETRY_UNAVAILABLE when the source cannot be asked.
 */
export const collectEvidence = async (
  source: TelemetrySource,
  options: CollectOptions,
): Promise<Evidence> => {
  const { detail } = await askReady(source);
  const questions = new Questions(source);
  const metrics = await askMetrics(questions, options);
  const ids = [...options.clientTraces, ...metrics.exemplars].map(({ traceId }) => traceId);
  const missing = await questions.missing(ids, options.clientService);
  const { traces, filledIn } = await collectTraces(questions, options, metrics, missing);
  const logs = await collectLogs(questions, options, traces);
  const alerts = await questions.ask('alerts', options.window, [], (asked) => asked.alerts(options.window));
  const { pipeline } = await askReady(source);
  const { window, phases, client, incidents, entryService, clientService } = options;
  return {
    schemaVersion: SCHEMA_VERSION,
    source: { kind: source.kind, detail },
    ...{ entryService, clientService, window, phases, client },
    red: metrics.red,
    runtime: metrics.runtime,
    exemplars: [...metrics.exemplars, ...filledIn].sort((a, b) => a.time - b.time),
    ...{ traces, logs, alerts, incidents },
    queries: questions.records,
    completeness: {
      ...countsOf(options, metrics.exemplars, missing, traces, logs),
      ingestionLagSeconds: options.ingestionLagSeconds,
      pipeline,
      droppedIterations: options.droppedIterations,
      failedQueries: questions.failed,
    },
  };
};
