import { z } from 'zod';
import { unixSeconds, windowSchema } from './common.ts';

/**
 * The same requests counted at three places over the load's window: by the load generator, by the raw counter of the
 * entry service's metrics, by its server spans. Null: could not be counted there.
 */
export const crossCheckSchema = z.object({
  window: windowSchema,
  /** HTTP requests that the load generator sent; of those, without any answer (connection refused, reset, timed out, aborted). */
  client: z.number().int().nonnegative(),
  unanswered: z.number().int().nonnegative(),
  metrics: z.number().nonnegative().nullable(),
  spans: z.number().nonnegative().nullable(),
  /** Largest disagreement between two of them over the client's count, 0..1; null with fewer than two counts. */
  disagreement: z.number().nonnegative().nullable(),
  /** What accounts for it, one plain sentence each, with the number of requests; what is left over is said too. */
  explanations: z.array(z.string()),
  /** Share of the client's count that nothing accounts for, 0..1; null where that was not worked out. */
  unexplained: z.number().nonnegative().nullable().default(null),
});
export type CrossCheck = z.infer<typeof crossCheckSchema>;

/** What arrived of one request that the client sent and got an answer to. */
export const arrivalSchema = z.object({
  /** When the client had its answer. */
  time: unixSeconds,
  /** Spans of the platform's own (not the client's), and whether each one's parent was there; null where they could not be asked. */
  spans: z.number().int().nonnegative().nullable(),
  whole: z.boolean(),
  /** Log lines with its trace id; null where they could not be asked. */
  lines: z.number().int().nonnegative().nullable(),
});
export type Arrival = z.infer<typeof arrivalSchema>;

const count = z.number().int().nonnegative();

/** The same thing told twice, set side by side: what the client sent and what arrived, error logs and error traces. */
export const reconciledSchema = z.object({
  /**
   * Of the requests of `arrivals`: every span's parent is there; some are not; nothing of the platform's is there; could
   * not be asked. A lost span without children leaves no hole, so that `complete` is an upper bound.
   */
  followed: z.object({
    ...{ requests: count, complete: count, partial: count, missing: count, unknown: count },
    /** Requests whose log lines could be asked for, and those with at least one. */
    lines: z.object({ asked: count, found: count }),
  }),
  /** Lines of severity `error` and `fatal`; of their trace ids (each once) those looked up, and those of which a trace is there. */
  errorLogs: z.object({ collected: count, withTraceId: count, lookedUp: count, resolved: count }),
  /** Fetched traces in which a span of the platform failed, and those of them with a log line. */
  errorTraces: z.object({ fetched: count, withLines: count }),
});
export type Reconciled = z.infer<typeof reconciledSchema>;

/** Below these a run proves nothing, unless a breach holds with every missing observation counted as good. */
export const FLOORS = {
  /**
   * Largest share that may be missing: of the client's traces, of the exemplars' and the error logs' traces, of the iterations asked
   * for, of the requests followed to the stores within a stretch of time. As many errors could hide in what is missing as an
   * objective of 95 % allows.
   */
  missing: 0.05,
  /** Requests followed that lack something: fewer are an accident. */
  followed: 3,
  /** Client requests in the fault phase: with fewer, one is more than `missing` of them. */
  faultRequests: 20,
  /** Trace ids of error logs that were looked up: of fewer a share says nothing. */
  errorLogTraces: 20,
} as const;

export const completenessSchema = z.object({
  /** Trace ids that the client sent, against those of which anything of the platform's arrived. */
  clientTraces: z.object({
    sent: z.number().int().nonnegative(),
    arrived: z.number().int().nonnegative(),
    missing: z.number().int().nonnegative(),
  }),
  /** Of the traces fetched: those whose spans all have their parents. */
  traces: z.object({ fetched: z.number().int(), complete: z.number().int(), partial: z.number().int() }),
  /** Exemplars in the window; resolved = their trace was there when asked by id. */
  exemplars: z.object({
    collected: z.number().int().nonnegative(),
    resolved: z.number().int().nonnegative(),
    unresolved: z.number().int().nonnegative(),
  }),
  logs: z.object({ collected: z.number().int(), withTraceId: z.number().int() }),
  /** From the end of the load until the last client trace, its log and its metric were visible; null = never. */
  ingestionLagSeconds: z.object({
    trace: z.number().nullable(),
    log: z.number().nullable(),
    metric: z.number().nullable(),
  }),
  /**
   * The wait for the last telemetry: of the requests that ended last and were answered, how many were looked for, of how
   * many no trace and no log line had come when it ended, whether a metric was still missing, and why the last question failed.
   */
  settle: z
    .object({
      seconds: z.number().nonnegative(),
      sought: z.number().int().nonnegative(),
      traces: z.number().int().nonnegative(),
      logs: z.number().int().nonnegative(),
      metric: z.boolean(),
      error: z.string().nullable(),
    })
    .nullable()
    .default(null),
  /** What the telemetry pipeline itself says it accepted, refused (retryable) and rejected. */
  pipeline: z.object({
    accepted: z.number().int(),
    refused: z.number().int(),
    rejected: z.number().int(),
  }),
  /** A sample of the client's requests, spread over the load, and what of each was there in the end. */
  arrivals: z.array(arrivalSchema).default([]),
  /** Null in records of versions that did not reconcile. */
  reconciled: reconciledSchema.nullable().default(null),
  crossCheck: crossCheckSchema.nullable().default(null),
  droppedIterations: z.number().int().nonnegative(),
  failedQueries: z.number().int().nonnegative(),
});
export type Completeness = z.infer<typeof completenessSchema>;
