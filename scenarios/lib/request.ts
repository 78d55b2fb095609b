import { sleep } from 'k6';
import exec from 'k6/execution';
import http, { type RefinedResponse, type ResponseType } from 'k6/http';
import { Rate, Trend } from 'k6/metrics';
import { type Patience, pauseBefore, worthRetrying } from './patience.ts';
import { type Random, randomOf } from './random.ts';
import { baseUrl, runIdOf, seed } from './settings.ts';
import { type TraceIds, traceIdsOf } from './trace-ids.ts';

/** How long the client waited for what it wanted, over all attempts and pauses, milliseconds. */
const duration = new Trend('logical_request_duration', true);
const failed = new Rate('logical_request_failed');

type Answer = RefinedResponse<ResponseType>;

/** One thing a client wants, however many attempts it takes. */
export interface LogicalRequest {
  /** Method and route template, e.g. `GET /products/:id`: a tag, so it has few values. */
  operation: string;
  method: 'GET' | 'POST';
  path: string;
  body?: Record<string, unknown>;
  expected: number;
}

const label = (metadata: Record<string, string | number>): void => {
  for (const key of Object.keys(exec.vu.metrics.metadata)) delete exec.vu.metrics.metadata[key];
  for (const [key, value] of Object.entries(metadata)) exec.vu.metrics.metadata[key] = value;
};

/** One attempt: its own span, the trace of the whole. Its samples carry the ids as metadata, not as tags. */
const attemptOnce = (
  request: LogicalRequest,
  patience: Patience,
  span: { traceId: string; spanId: string; parentSpanId: string; attempt: number; runId: string },
): Answer => {
  label({
    trace_id: span.traceId,
    span_id: span.spanId,
    parent_span_id: span.parentSpanId,
    attempt: span.attempt,
    path: request.path,
  });
  return http.request(
    request.method,
    baseUrl + request.path,
    request.body ? JSON.stringify(request.body) : null,
    {
      headers: {
        ...(request.body ? { 'content-type': 'application/json' } : {}),
        traceparent: `00-${span.traceId}-${span.spanId}-01`,
        baggage: `obsctl.run.id=${encodeURIComponent(span.runId)}`,
      },
      tags: { name: request.operation, operation: request.operation },
      timeout: `${patience.timeout * 1000}ms`,
      responseType: request.method === 'POST' ? 'text' : 'none',
      responseCallback: http.expectedStatuses(request.expected),
      redirects: 0,
    },
  );
};

/**
 * k6 times each attempt to the microsecond but has no such clock for scripts, only whole milliseconds, which may read
 * one too many. The attempts and pauses added up are exact unless something else took time; then the clock knows.
 */
const elapsedSince = (start: number, timed: number): number => Math.max(timed, Date.now() - start - 1);

const report = (
  request: LogicalRequest,
  ids: TraceIds,
  root: string,
  answer: Answer,
  attempts: number,
  ms: number,
) => {
  const isFailure = answer.status !== request.expected;
  label({ trace_id: ids.traceId, span_id: root, attempts, status: answer.status });
  if (isFailure) exec.vu.metrics.metadata.error = answer.error || `HTTP status ${answer.status}`;
  duration.add(ms, { operation: request.operation, failed: String(isFailure) });
  failed.add(isFailure, { operation: request.operation });
  label({});
};

const sendTraced = (request: LogicalRequest, patience: Patience, random: Random, number: number): Answer => {
  const runId = runIdOf(exec.scenario.startTime);
  const { name: scenario, iterationInTest: iteration } = exec.scenario;
  const ids = traceIdsOf({ runId, seed, scenario, iteration, request: number });
  const root = ids.nextSpanId();
  const start = Date.now();
  let timed = 0;
  for (let attempt = 1; ; attempt++) {
    const span = { traceId: ids.traceId, spanId: ids.nextSpanId(), parentSpanId: root, attempt, runId };
    const answer = attemptOnce(request, patience, span);
    timed += answer.timings.blocked + answer.timings.duration;
    if (attempt === patience.attempts || !worthRetrying(answer.status)) {
      report(request, ids, root, answer, attempt, elapsedSince(start, timed));
      return answer;
    }
    const pause = pauseBefore(patience, attempt, random);
    sleep(pause);
    timed += pause * 1000;
  }
};

export interface Client {
  /** Choices of this iteration: from the seed and the iteration's number, never from which virtual user runs it. */
  random: Random;
  /**
   * Sends one logical request: one W3C trace across all its attempts. Returns the last answer. It failed unless that
   * has the expected status; a time-out is status 0.
   */
  send(request: LogicalRequest): Answer;
}

/** The client of one iteration. */
export const clientWith = (patience: Patience): Client => {
  const random = randomOf(seed, exec.scenario.iterationInTest);
  let requests = 0;
  return { random, send: (request) => sendTraced(request, patience, random, requests++) };
};
