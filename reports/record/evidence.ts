import { z } from 'zod';
import {
  attributesSchema,
  phaseSchema,
  SCHEMA_VERSION,
  spanId,
  traceId,
  unixSeconds,
  windowSchema,
} from './common.ts';
import { completenessSchema } from './completeness.ts';

/**
 * Evidence: all that the analysis may read. It is what a real incident would show: client series, RED and
 * runtime series, exemplars, traces and logs, each with the query that fetched it. Nothing of it says what was
 * injected; telemetry sources strip every `obsctl.*` attribute before it gets here.
 */

/**
 * Growth from one bound of a client point's histogram to the next, as DDSketch has it (Masson, Rim, Lee 2019): a
 * quantile read at the middle of its bucket is within (gamma - 1) / (gamma + 1) = 0.0099 of the true one.
 */
export const HISTOGRAM_GAMMA = 1.02;

/** What the load generator saw in [t, t + seconds), usually one whole second. Latencies are seconds, null when nothing ended. */
export const clientPointSchema = z.object({
  t: unixSeconds,
  seconds: z.number().positive(),
  /** Logical requests that ended in this interval; one logical request may have taken several attempts. */
  requests: z.number().int().nonnegative(),
  /** Logical requests that ended without success, after every attempt. */
  failures: z.number().int().nonnegative(),
  /** Attempts that ended in this interval, whichever request they belong to. */
  attempts: z.number().int().nonnegative(),
  /** All attempts of the logical requests that ended in this interval. */
  requestAttempts: z.number().int().nonnegative(),
  attemptFailures: z.number().int().nonnegative(),
  p50: z.number().nonnegative().nullable(),
  p95: z.number().nonnegative().nullable(),
  p99: z.number().nonnegative().nullable(),
  /**
   * Durations of the logical requests that ended here, mergeable over seconds: key i counts those in
   * (gamma^(i-1), gamma^i] seconds, gamma = HISTOGRAM_GAMMA; durations of 0.1 ms and less count as 0.1 ms.
   */
  histogram: z.record(z.string(), z.number().int().positive()),
  droppedIterations: z.number().int().nonnegative(),
});
export type ClientPoint = z.infer<typeof clientPointSchema>;

export const clientSeriesSchema = z.object({
  /** All operations together. */
  overall: z.array(clientPointSchema),
  /** The same by logical operation, e.g. `GET /products/:id`. */
  operations: z.array(z.object({ operation: z.string(), points: z.array(clientPointSchema) })),
});
export type ClientSeries = z.infer<typeof clientSeriesSchema>;

/**
 * RED of one (service, instance, route, method): increments between two scrapes, from the scraped histogram.
 * `bounds` are the upper bucket bounds in seconds without +Inf; `buckets` counts per bucket (not cumulative),
 * one longer than `bounds`. `t` is the end of the interval.
 */
export const redSeriesSchema = z.object({
  service: z.string(),
  instance: z.string(),
  route: z.string(),
  method: z.string(),
  bounds: z.array(z.number()),
  points: z.array(
    z.object({
      t: unixSeconds,
      seconds: z.number().positive(),
      requests: z.number().nonnegative(),
      errors: z.number().nonnegative(),
      durationSum: z.number().nonnegative(),
      buckets: z.array(z.number().nonnegative()),
    }),
  ),
});
export type RedSeries = z.infer<typeof redSeriesSchema>;

/** Names of the runtime series (OpenTelemetry's where it has one), each with its unit. */
export const RUNTIME_UNITS = {
  'process.cpu.utilization': 'cores',
  'nodejs.eventloop.delay.p99': 's',
  'v8js.memory.heap.used': 'By',
  'v8js.gc.duration': 's/s',
  'http.server.active_requests': '{request}',
  'http.client.request.rate': '{request}/s',
  'http.client.retry.rate': '{retry}/s',
  'db.client.connection.used': '{connection}',
  'db.client.connection.idle': '{connection}',
  'db.client.connection.pending_requests': '{request}',
  'db.client.connection.max': '{connection}',
  /** Mean of the interval, over all statements or acquisitions that ended in it. */
  'db.client.connection.wait_time.mean': 's',
  'db.client.connection.create_time.mean': 's',
  'db.client.operation.duration.mean': 's',
  'db.client.operation.rate': '{operation}/s',
  /** Sessions of the database that wait for a lock, as its own statistics say. */
  'postgresql.sessions.lock_waiting': '{session}',
  /** Sessions of the database at work on a statement (locks waited for included), as its own statistics say. */
  'postgresql.sessions.active': '{session}',
  'cache.hit.rate': '{request}/s',
  'cache.miss.rate': '{request}/s',
  'cache.error.rate': '{request}/s',
  'queue.depth': '{job}',
  'job.rate': '{job}/s',
  'job.duration.mean': 's',
  'capacity.slots.used': '{slot}',
  'capacity.slots.max': '{slot}',
  'capacity.slots.waiting': '{request}',
  'process.start_time': 's',
  up: '1',
  /** Of the telemetry pipeline itself, by signal (label `signal`: traces, logs, metrics): what it took in, threw away, failed to hand on. */
  'telemetry.received.rate': '{item}/s',
  'telemetry.dropped.rate': '{item}/s',
  'telemetry.export.failed.rate': '{item}/s',
  'telemetry.export.queue': '{batch}',
} as const;
export type RuntimeName = keyof typeof RUNTIME_UNITS;

/** A gauge or a rate of one instance: points of [Unix seconds, value in `unit`]. */
export const runtimeSeriesSchema = z.object({
  name: z.string(),
  unit: z.string(),
  service: z.string(),
  instance: z.string(),
  labels: z.record(z.string(), z.string()),
  points: z.array(z.tuple([unixSeconds, z.number()])),
});
export type RuntimeSeries = z.infer<typeof runtimeSeriesSchema>;

/** A sample of a metric that names a trace. `value` is seconds for the duration histogram, 1 for the error counter. */
export const exemplarSchema = z.object({
  time: unixSeconds,
  traceId,
  spanId: spanId.nullable(),
  metric: z.string(),
  kind: z.enum(['duration', 'error']),
  value: z.number(),
  service: z.string(),
  instance: z.string(),
  route: z.string(),
  method: z.string(),
  /** HTTP status code as the metric's label has it; null where it has none. */
  status: z.number().int().nullable(),
  /** Where it came from: a metric's exemplar, or a trace search that filled in. */
  origin: z.enum(['metric', 'trace-search']),
});
export type Exemplar = z.infer<typeof exemplarSchema>;

export const spanSchema = z.object({
  traceId,
  spanId,
  parentSpanId: spanId.nullable(),
  name: z.string(),
  kind: z.enum(['internal', 'server', 'client', 'producer', 'consumer']),
  service: z.string(),
  instance: z.string(),
  start: unixSeconds,
  /** Seconds. */
  duration: z.number().nonnegative(),
  status: z.enum(['unset', 'ok', 'error']),
  statusMessage: z.string().nullable(),
  attributes: attributesSchema,
  events: z.array(z.object({ time: unixSeconds, name: z.string(), attributes: attributesSchema })),
  links: z.array(z.object({ traceId, spanId })),
});
export type Span = z.infer<typeof spanSchema>;

export const traceSchema = z.object({
  traceId,
  /** Why it was fetched: named by an exemplar, found by a search for spikes, or sampled as the steady cohort. */
  reason: z.enum(['exemplar', 'search', 'steady']),
  spans: z.array(spanSchema),
});
export type Trace = z.infer<typeof traceSchema>;

export const SEVERITIES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export const logSchema = z.object({
  time: unixSeconds,
  service: z.string(),
  instance: z.string(),
  severity: z.enum(SEVERITIES),
  body: z.string(),
  traceId: traceId.nullable(),
  spanId: spanId.nullable(),
  attributes: attributesSchema,
});
export type Log = z.infer<typeof logSchema>;
export type Severity = Log['severity'];

export const alertSchema = z.object({
  name: z.string(),
  state: z.enum(['pending', 'firing']),
  labels: z.record(z.string(), z.string()),
  /** When its expression first held. */
  activeAt: unixSeconds,
  /** When it fired, its `for` being over; null: it never did. */
  firedAt: unixSeconds.nullable().default(null),
  /** When its expression held no longer; null: it still did at the end of the window. */
  endedAt: unixSeconds.nullable().default(null),
});
export type Alert = z.infer<typeof alertSchema>;

/** What an orchestrator would show: a process that ended or started again unplanned. */
export const incidentSchema = z.object({
  time: unixSeconds,
  service: z.string(),
  instance: z.string(),
  kind: z.enum(['exit', 'restart', 'gave-up']),
  detail: z.string(),
});
export type Incident = z.infer<typeof incidentSchema>;

/** One question to a telemetry source, as it was asked. */
export const queryRecordSchema = z.object({
  method: z.string(),
  /** The query as the back end got it: an address, a PromQL, LogQL, TraceQL or SQL text. */
  text: z.string(),
  window: windowSchema.nullable(),
  rows: z.number().int().nonnegative(),
  /** How long the answer took, seconds. */
  seconds: z.number().nonnegative(),
  /** Set when the answer failed or is known to be partial. */
  error: z.string().nullable(),
  truncated: z.boolean(),
});
export type QueryRecord = z.infer<typeof queryRecordSchema>;

export const evidenceSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  source: z.object({
    kind: z.enum(['embedded', 'grafana']),
    detail: z.string(),
    /** What the source cannot do as it should, and what is done instead; one plain sentence each. */
    degraded: z.array(z.string()).default([]),
  }),
  /** service.name of the service whose requests the client makes. */
  entryService: z.string(),
  /** service.name under which the client's own spans stand. */
  clientService: z.string(),
  window: windowSchema,
  phases: z.array(phaseSchema),
  client: clientSeriesSchema.nullable(),
  red: z.array(redSeriesSchema),
  runtime: z.array(runtimeSeriesSchema),
  exemplars: z.array(exemplarSchema),
  traces: z.array(traceSchema),
  logs: z.array(logSchema),
  alerts: z.array(alertSchema),
  incidents: z.array(incidentSchema),
  queries: z.array(queryRecordSchema),
  completeness: completenessSchema,
});
export type Evidence = z.infer<typeof evidenceSchema>;
