import type { Attributes } from '../../../../reports/record/common.ts';
import {
  attributesOf,
  halvesOf,
  listOf,
  type Raw,
  rawOf,
  secondsBetween,
  secondsOf,
  textOf,
} from '../../otlp-values.ts';
import { isTraceId } from '../trace-id.ts';

/** A span that a search matched. */
export interface FoundSpan {
  spanId: string;
  name: string;
  /** Unix seconds. */
  start: number;
  /** Seconds. */
  duration: number;
  /** What was selected, under the names TraceQL gives it. */
  attributes: Attributes;
}

/** A trace with the spans that matched; of one whose spans lie in several blocks, `start` may be a later one's. */
export interface FoundTrace {
  traceId: string;
  start: number;
  spans: FoundSpan[];
}

export interface SearchAnswer {
  traces: FoundTrace[];
  /** Parts of the search that Tempo did not finish. */
  unfinished: number;
}

const spanOf = (item: unknown): FoundSpan => {
  const span = rawOf(item);
  return {
    spanId: textOf(span.spanID).toLowerCase().padStart(16, '0'),
    name: textOf(span.name),
    start: secondsOf(halvesOf(span.startTimeUnixNano)),
    duration: secondsBetween({ high: 0, low: 0 }, halvesOf(span.durationNanos)),
    attributes: attributesOf(span.attributes),
  };
};

/** `spanSets` has all of them; before Tempo 2.3 there is only `spanSet`. */
const setsOf = (trace: Raw): Raw[] =>
  (trace.spanSets === undefined ? [trace.spanSet] : listOf(trace.spanSets)).map(rawOf);

/** A trace id as Tempo's search writes it: without leading zeros. */
const idOf = (trace: Raw): string => textOf(trace.traceID).toLowerCase().padStart(32, '0');

const traceOf = (item: unknown): FoundTrace => {
  const trace = rawOf(item);
  return {
    traceId: idOf(trace),
    start: secondsOf(halvesOf(trace.startTimeUnixNano)),
    spans: setsOf(trace).flatMap((set) => listOf(set.spans).map(spanOf)),
  };
};

const countOf = (value: unknown): number => (typeof value === 'number' ? value : Number(textOf(value)) || 0);

/** An answer of `/api/search`. Throws InvalidOtlp when it is none. */
export const parseSearch = (body: unknown): SearchAnswer => {
  const answer = rawOf(body);
  const { totalJobs, completedJobs } = rawOf(answer.metrics);
  return {
    traces: listOf(answer.traces)
      .map(traceOf)
      .filter(({ traceId }) => isTraceId(traceId)),
    unfinished: Math.max(0, countOf(totalJobs) - countOf(completedJobs)),
  };
};
