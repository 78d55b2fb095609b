import type { Log, Span } from '../../reports/record/evidence.ts';

/**
 * The traffic of the contract: a client calls `api` (two instances), which calls a database; every seventh request
 * fails. The same number gives the same ids, names and durations; only the clock times differ.
 */
export interface Request {
  traceId: string;
  instance: string;
  route: string;
  method: string;
  status: number;
  /** Seconds. */
  duration: number;
  spans: Span[];
  logs: Log[];
}

const ROUTES = ['/products/:id', '/orders'] as const;
const INSTANCES = ['api-1', 'api-2'] as const;
const DURATIONS = [0.004, 0.02, 0.06, 0.3] as const;

export const REQUESTS = 56;
const FAILS_EVERY = 7;

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');

/** Microseconds are what every back end keeps of a time. */
const micro = (seconds: number): number => Math.round(seconds * 1e6) / 1e6;

const spanBase = (traceId: string, index: number, part: number) => ({
  traceId,
  spanId: hex(index * 16 + part + 1, 16),
  statusMessage: null,
  events: [],
  links: [],
});

const clientSpan = (
  traceId: string,
  index: number,
  start: number,
  duration: number,
  failed: boolean,
): Span => ({
  ...spanBase(traceId, index, 0),
  parentSpanId: null,
  name: 'GET',
  kind: 'client',
  service: 'load',
  instance: 'load',
  start,
  duration: micro(duration + 0.002),
  status: failed ? 'error' : 'unset',
  attributes: { 'http.request.method': 'GET', 'obsctl.run.id': 'run-1' },
});

const serverSpan = (
  traceId: string,
  index: number,
  start: number,
  { instance, route, method, status, duration }: Omit<Request, 'traceId' | 'spans' | 'logs'>,
): Span => ({
  ...spanBase(traceId, index, 1),
  parentSpanId: hex(index * 16 + 1, 16),
  name: `${method} ${route}`,
  kind: 'server',
  service: 'api',
  instance,
  start: micro(start + 0.001),
  duration,
  status: status >= 500 ? 'error' : 'unset',
  statusMessage: status >= 500 ? 'no stock' : null,
  attributes: {
    'http.request.method': method,
    'http.route': route,
    'http.response.status_code': status,
    'obsctl.fault.id': 'fault-1',
    'http.request.header.baggage': ['obsctl.run.id=run-1,tenant=a'],
  },
  events:
    status >= 500
      ? [
          {
            time: micro(start + 0.002),
            name: 'exception',
            attributes: { 'exception.type': 'Error', 'obsctl.x': 1 },
          },
        ]
      : [],
});

const databaseSpan = (
  traceId: string,
  index: number,
  start: number,
  instance: string,
  duration: number,
): Span => ({
  ...spanBase(traceId, index, 2),
  parentSpanId: hex(index * 16 + 2, 16),
  name: 'SELECT products',
  kind: 'client',
  service: 'api',
  instance,
  start: micro(start + 0.0015),
  duration: micro(duration / 2),
  status: 'unset',
  attributes: { 'db.system.name': 'postgresql', 'server.port': 5432, cached: false, ratio: 0.5 },
});

const logsOf = (server: Span, failed: boolean): Log[] => [
  {
    time: micro(server.start + server.duration),
    service: server.service,
    instance: server.instance,
    severity: failed ? 'error' : 'info',
    body: failed ? 'no stock' : 'request completed',
    traceId: server.traceId,
    spanId: server.spanId,
    attributes: { route: String(server.attributes['http.route']), 'obsctl.fault.id': 'fault-1' },
  },
];

/** Request `index`, begun at `start` (Unix seconds). */
const requestOf = (index: number, start: number): Request => {
  const traceId = hex(index + 1, 32);
  const failed = index % FAILS_EVERY === 3;
  const what = {
    instance: INSTANCES[index % 2]!,
    route: ROUTES[Math.floor(index / 2) % 2]!,
    method: 'GET',
    status: failed ? 503 : 200,
    duration: DURATIONS[index % DURATIONS.length]!,
  };
  const server = serverSpan(traceId, index, start, what);
  const spans = [
    clientSpan(traceId, index, start, what.duration, failed),
    server,
    databaseSpan(traceId, index, start, what.instance, what.duration),
  ];
  return { traceId, ...what, spans, logs: logsOf(server, failed) };
};

/** All requests, a hundredth of a second apart, the first one begun at `start`. */
export const makeTraffic = (start: number): Request[] =>
  Array.from({ length: REQUESTS }, (_, index) => requestOf(index, micro(start + index / 100)));
