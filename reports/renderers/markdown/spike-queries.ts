import type { Spike } from '../../record/findings.ts';

/** service.name under which the load driver's own spans stand. */
const CLIENT_SERVICE = 'k6';
/** Window of a rate, seconds: long enough for a few requests, short enough to show a second's spike. */
const RATE = '10s';

/** A text as PromQL, LogQL and TraceQL quote it. */
const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

interface Signal {
  /** The counter of requests, or of the histogram, without its suffix. */
  counted: string;
  histogram: string;
  labels: string[];
  failed: string;
}

const anyOf = (label: string, values: string[]): string[] =>
  values.length === 0 ? [] : [`${label}=~${quoted(values.map(literally).join('|'))}`];

/** The operations that left their steady state; none where it was all of them, or nobody knows. */
const operationsOf = ({ operation, operations: { abnormal, of } }: Spike): string[] => {
  if (operation !== null) return [operation];
  return abnormal.length < of ? abnormal : [];
};

/** `GET /products/:id` as the two labels that a server's metrics have of it. */
const routesOf = (operations: string[]): string[] => [
  ...anyOf('http_request_method', [...new Set(operations.map((name) => name.split(' ')[0] ?? ''))]),
  ...anyOf('http_route', [...new Set(operations.map((name) => name.split(' ').slice(1).join(' ')))]),
];

/** The client's logical requests, from the spans that the load driver makes of them. */
const ofClient = (spike: Spike): Signal => ({
  counted: 'traces_span_metrics_calls_total',
  histogram: 'traces_span_metrics_duration_seconds_bucket',
  labels: [
    `service_name=${quoted(CLIENT_SERVICE)}`,
    'span_kind="SPAN_KIND_INTERNAL"',
    ...anyOf('span_name', operationsOf(spike)),
  ],
  failed: 'status_code="STATUS_CODE_ERROR"',
});

const ofServer = (spike: Spike): Signal => ({
  counted: 'http_server_request_duration_seconds_count',
  histogram: 'http_server_request_duration_seconds_bucket',
  labels: [`service_name=${quoted(spike.service)}`, ...routesOf(operationsOf(spike))],
  failed: 'http_response_status_code=~"5.."',
});

const JOBS: Signal = {
  counted: 'job_duration_seconds_count',
  histogram: 'job_duration_seconds_bucket',
  labels: [],
  failed: 'outcome!="success"',
};

const signalOf = (spike: Spike): Signal => {
  if (spike.sli === 'job-latency') return JOBS;
  return spike.viewpoint === 'client' ? ofClient(spike) : ofServer(spike);
};

/** PromQL of the SLI that left its steady state: a ratio for errors, the p95 in seconds for latency. */
export const metricQuery = (spike: Spike): string => {
  const { counted, histogram, labels, failed } = signalOf(spike);
  const rate = (metric: string, matchers: string[]) => `rate(${metric}{${matchers.join(', ')}}[${RATE}])`;
  return spike.kind === 'error'
    ? `sum(${rate(counted, [...labels, failed])}) / sum(${rate(counted, labels)})`
    : `histogram_quantile(0.95, sum by (le) (${rate(histogram, labels)}))`;
};

/** TraceQL of the traces that make the spike: those that failed, or took longer than half-way to the peak. */
export const traceQuery = (spike: Spike): string => {
  const service = spike.viewpoint === 'client' ? CLIENT_SERVICE : spike.service;
  const half = Math.max(1, Math.round(((spike.baseline + spike.peak) / 2) * 1000));
  const condition = spike.kind === 'error' ? 'status=error' : `duration>${half}ms`;
  return `{resource.service.name=${quoted(service)} && ${condition}}`;
};

/** LogQL of the lines, of all services, that say that something is wrong. */
export const WORRYING_LINES = '{service_name=~".+"} | severity_text=~"(?i)warn.*|error|fatal"';

/** LogQL of every line that carries the trace's id. */
export const linesOf = (traceId: string): string => `{service_name=~".+"} | trace_id=${quoted(traceId)}`;
