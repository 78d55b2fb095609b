import type { Evidence, Span } from '../../reports/record/evidence.ts';

const traceId = (index: number): string => index.toString(16).padStart(32, '0');

const span = (index: number, duration: number): Span => ({
  traceId: traceId(index),
  spanId: '1'.padStart(16, '0'),
  parentSpanId: null,
  name: 'GET /products/:id',
  kind: 'server',
  service: 'api',
  instance: 'api-1',
  start: 1010.125,
  duration,
  status: 'unset',
  statusMessage: null,
  attributes: { 'http.route': '/products/:id', tags: ['a', 1, true] },
  events: [{ time: 1010.2, name: 'exception', attributes: {} }],
  links: [{ traceId: traceId(9), spanId: '2'.padStart(16, '0') }],
});

/** A small evidence with something in every part; for tests. */
export const sampleEvidence = (): Evidence => ({
  schemaVersion: 1,
  source: { kind: 'embedded', detail: 'for a test', degraded: [] },
  entryService: 'api',
  clientService: 'load',
  window: { from: 1000, to: 1060 },
  phases: [{ name: 'steady', from: 1000, to: 1030 }],
  client: null,
  red: [
    {
      ...{ service: 'api', instance: 'api-1', route: '/products/:id', method: 'GET', bounds: [0.1] },
      points: [{ t: 1011, seconds: 1, requests: 2, errors: 1, durationSum: 0.5, buckets: [1, 1] }],
    },
  ],
  runtime: [{ name: 'up', unit: '1', service: 'api', instance: 'api-1', labels: {}, points: [[1011, 1]] }],
  exemplars: [
    {
      ...{ time: 1010.5, traceId: traceId(1), spanId: null, metric: 'http_server_request_duration_seconds' },
      ...{ kind: 'duration', value: 0.25, service: 'api', instance: 'api-1' },
      ...{ route: '/products/:id', method: 'GET', status: 200, origin: 'metric' },
    },
  ],
  traces: [
    { traceId: traceId(1), reason: 'exemplar', spans: [span(1, 0.5)] },
    { traceId: traceId(2), reason: 'steady', spans: [span(2, 0.25)] },
  ],
  logs: [
    {
      ...{ time: 1010.5, service: 'api', instance: 'api-1', severity: 'error', body: 'no stock "\u2028 <b>' },
      ...{ traceId: traceId(1), spanId: null, attributes: {} },
    },
  ],
  alerts: [],
  incidents: [{ time: 1012, service: 'api', instance: 'api-1', kind: 'restart', detail: 'came back' }],
  queries: [
    {
      method: 'red',
      text: 'SELECT 1',
      window: { from: 1000, to: 1060 },
      rows: 1,
      seconds: 0.1,
      error: null,
      truncated: false,
    },
  ],
  completeness: {
    clientTraces: { sent: 2, arrived: 2, missing: 0 },
    traces: { fetched: 2, complete: 2, partial: 0 },
    exemplars: { collected: 1, resolved: 1, unresolved: 0 },
    logs: { collected: 1, withTraceId: 1 },
    ingestionLagSeconds: { trace: 0.4, log: null, metric: 1 },
    settle: null,
    pipeline: { accepted: 3, refused: 0, rejected: 0 },
    arrivals: [],
    reconciled: null,
    crossCheck: null,
    droppedIterations: 0,
    failedQueries: 0,
  },
});
