import type { Exemplar, Log, Span } from '../../reports/record/evidence.ts';
import type { Answer, TelemetrySource } from './telemetry-source.ts';

/** An answer without a back end; for tests. */
export const answer = <T>(value: T): Answer<T> => ({
  value,
  query: { method: 'fake', text: 'fake', window: null, rows: 0, seconds: 0, error: null, truncated: false },
});

/** A source that knows nothing, but for what `parts` answers instead; for tests. */
export const fakeSource = (parts: Partial<TelemetrySource> = {}): TelemetrySource => ({
  kind: 'embedded',
  ready: async () => ({ ready: true, detail: 'fake', pipeline: { accepted: 0, refused: 0, rejected: 0 } }),
  red: async () => answer([]),
  runtime: async () => answer([]),
  exemplars: async () => answer([]),
  searchTraces: async () => answer([]),
  traces: async () => answer(new Map()),
  missing: async () => answer([]),
  logs: async () => answer([]),
  alerts: async () => answer([]),
  counts: async () => answer([]),
  ...parts,
});

export const fakeTraceId = (index: number): string => index.toString(16).padStart(32, '0');

export const fakeExemplar = (index: number, change: Partial<Exemplar> = {}): Exemplar => ({
  time: 1000 + index,
  traceId: fakeTraceId(index),
  spanId: null,
  metric: 'http_server_request_duration_seconds',
  kind: 'duration',
  value: 0.1,
  service: 'api',
  instance: 'api-1',
  route: '/orders',
  method: 'GET',
  status: 200,
  origin: 'metric',
  ...change,
});

export const fakeSpan = (index: number, change: Partial<Span> = {}): Span => ({
  traceId: fakeTraceId(index),
  spanId: '1'.padStart(16, '0'),
  parentSpanId: null,
  name: 'GET /orders',
  kind: 'server',
  service: 'api',
  instance: 'api-1',
  start: 1000 + index,
  duration: 0.1,
  status: 'unset',
  statusMessage: null,
  attributes: { 'http.route': '/orders', 'http.request.method': 'GET', 'http.response.status_code': 200 },
  events: [],
  links: [],
  ...change,
});

export const fakeLog = (change: Partial<Log> = {}): Log => ({
  ...{ time: 1001, service: 'api', instance: 'api-1', severity: 'info', body: 'done' },
  ...{ traceId: null, spanId: null, attributes: {} },
  ...change,
});
