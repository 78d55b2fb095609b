import { z } from 'zod';

/** Reads the lines of k6's json output that the driver needs; the shape is k6's own (results-output/real-time/json). */

const point = z.object({
  metric: z.string(),
  data: z.object({
    time: z.string(),
    value: z.number(),
    tags: z.record(z.string(), z.string()).nullish(),
    metadata: z.record(z.string(), z.string()).nullish(),
  }),
});

/** One HTTP attempt. Times in Unix seconds, durations in seconds. */
export interface AttemptSample {
  kind: 'attempt';
  end: number;
  duration: number;
  operation: string;
  method: string;
  /** 0 when no answer came. */
  status: number;
  failed: boolean;
  /** k6's words, e.g. `request timeout`; empty when an answer came. */
  error: string;
  /** Null where the script did not go through `send`: then the attempt is a request of its own. */
  span: { traceId: string; spanId: string; parentSpanId: string; attempt: number; path: string } | null;
}

/** One logical request, over all its attempts. */
export interface LogicalSample {
  kind: 'logical';
  end: number;
  duration: number;
  operation: string;
  failed: boolean;
  /** How many attempts it took, the last one included. */
  attempts: number;
  /** Status of the last attempt; 0 when no answer came. */
  status: number;
  error: string;
  traceId: string;
  spanId: string;
}

export interface CountSample {
  kind: 'dropped' | 'vus';
  time: number;
  value: number;
}

export type Sample = AttemptSample | LogicalSample | CountSample;

/**
 * Unix seconds of k6's time, RFC 3339 with up to nine decimals. A double keeps them to a quarter of a microsecond.
 * NaN when it is none.
 */
export const parseTime = (text: string): number => {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(text);
  return match ? Date.parse(match[1]! + match[3]!) / 1000 + Number(match[2] ?? 0) : Number.NaN;
};

type Data = z.infer<typeof point>['data'];

/** The name the script gave it; where it gave none, k6 puts the address there: then method and path. */
const operationOf = ({ operation, name, url, method = 'GET' }: Record<string, string>): string => {
  if (operation) return operation;
  if (!name) return 'unnamed';
  return name === url && URL.canParse(name) ? `${method} ${new URL(name).pathname}` : name;
};

/** As the script's response callback says; a status that k6 was told not to judge counts by its number. */
const hasFailed = ({ expected_response: expected, status = '0' }: Record<string, string>): boolean =>
  expected === undefined ? Number(status) === 0 || Number(status) >= 400 : expected === 'false';

const attempt = ({ value, tags, metadata }: Data, end: number): AttemptSample => ({
  kind: 'attempt',
  end,
  duration: value / 1000,
  operation: operationOf(tags ?? {}),
  method: tags?.method ?? 'GET',
  status: Number(tags?.status ?? 0),
  failed: hasFailed(tags ?? {}),
  error: tags?.error ?? '',
  span: metadata?.trace_id
    ? {
        traceId: metadata.trace_id,
        spanId: metadata.span_id ?? '',
        parentSpanId: metadata.parent_span_id ?? '',
        attempt: Number(metadata.attempt ?? 1),
        path: metadata.path ?? '',
      }
    : null,
});

const logical = ({ value, tags, metadata }: Data, end: number): LogicalSample => ({
  kind: 'logical',
  end,
  duration: value / 1000,
  operation: tags?.operation ?? 'unnamed',
  failed: tags?.failed === 'true',
  attempts: Number(metadata?.attempts ?? 1),
  status: Number(metadata?.status ?? 0),
  error: metadata?.error ?? '',
  traceId: metadata?.trace_id ?? '',
  spanId: metadata?.span_id ?? '',
});

const READERS: Record<string, (data: Data, time: number) => Sample> = {
  http_req_duration: attempt,
  logical_request_duration: logical,
  dropped_iterations: ({ value }, time) => ({ kind: 'dropped', time, value }),
  vus: ({ value }, time) => ({ kind: 'vus', time, value }),
};

/** Most lines are of other metrics: the start of a line tells, without parsing it. */
const WANTED =
  /^\{"metric":"(http_req_duration|logical_request_duration|dropped_iterations|vus)","type":"Point"/;

/** An attempt that stands for itself, as a logical request. */
export const asLogical = ({
  end,
  duration,
  operation,
  failed,
  status,
  error,
}: AttemptSample): LogicalSample => ({
  kind: 'logical',
  ...{ end, duration, operation, failed, status, error },
  attempts: 1,
  traceId: '',
  spanId: '',
});

/** The sample a line holds; null when the driver has no use for it. Throws on a line that it should have understood. */
export const parseSample = (line: string): Sample | null => {
  if (!WANTED.test(line)) return null;
  const { metric, data } = point.parse(JSON.parse(line));
  const time = parseTime(data.time);
  if (Number.isNaN(time)) throw new Error(`not a time: ${data.time}`);
  return READERS[metric]!(data, time);
};
