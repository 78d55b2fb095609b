import { randomBytes } from 'node:crypto';
import type { Log, Span } from '../../reports/record/evidence.ts';
import { logRequest, traceRequest } from '../../test/contract/traffic-otlp.ts';

/**
 * What a small shop leaves in its back ends over two hours: in the first all is well, in the second a dependency fails for
 * half an hour. api (two replicas) asks a database and inventory; inventory is what fails.
 */
export const HOUR = 3600;
/** When in the second hour the failures are, seconds from its beginning. */
export const INCIDENT = { from: 1200, to: 3000 };

const ROUTES = ['/products', '/products/:id', '/orders', '/orders/:id'];
const STEP = 2400;

export interface Made {
  traceId: string;
  instance: string;
  route: string;
  failed: boolean;
  /** Unix seconds. */
  end: number;
  duration: number;
  server: Span;
  inventory: Span;
  spans: Span[];
  logs: Log[];
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const micro = (seconds: number): number => Math.round(seconds * 1e6) / 1e6;

const spanMaker =
  (traceId: string) =>
  (
    own: Pick<Span, 'name' | 'kind' | 'service' | 'instance' | 'start' | 'duration'> & Partial<Span>,
  ): Span => ({
    ...{ traceId, spanId: hex(8), parentSpanId: null, status: 'unset', statusMessage: null },
    ...{ attributes: {}, events: [], links: [] },
    ...own,
    ...{ start: micro(own.start), duration: micro(own.duration) },
  });

const failure = (time: number): Span['events'][number] => ({
  time,
  name: 'exception',
  attributes: { 'exception.type': 'Error', 'exception.message': 'the stock ledger does not answer' },
});

const spansOf = (
  traceId: string,
  instance: string,
  route: string,
  start: number,
  duration: number,
  failed: boolean,
) => {
  const span = spanMaker(traceId);
  const status = failed ? ('error' as const) : ('unset' as const);
  const http = (path: string) => ({
    'http.request.method': 'GET',
    'http.route': path,
    'http.response.status_code': failed ? 503 : 200,
  });
  const api = { service: 'api', instance };
  const server = span({
    ...{ ...api, name: `GET ${route}`, kind: 'server', start, duration, status, attributes: http(route) },
  });
  const database = span({
    ...{ ...api, name: 'SELECT shop', kind: 'client', start: start + 0.001, duration: duration * 0.2 },
    parentSpanId: server.spanId,
    attributes: { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT id FROM products WHERE id = $1' },
  });
  const call = span({
    ...{
      ...api,
      name: 'GET',
      kind: 'client',
      start: start + duration * 0.3,
      duration: duration * 0.6,
      status,
    },
    parentSpanId: server.spanId,
    attributes: { 'http.request.method': 'GET', 'server.address': '127.0.0.1', 'peer.service': 'inventory' },
  });
  const inventory = span({
    ...{ service: 'inventory', instance: 'inventory-1', name: 'GET /stock/:id', kind: 'server', status },
    ...{ start: call.start + 0.001, duration: duration * 0.6 - 0.002, parentSpanId: call.spanId },
    ...{ attributes: http('/stock/:id'), events: failed ? [failure(micro(call.start + 0.002))] : [] },
  });
  return { server, inventory, spans: [server, database, call, inventory] };
};

const logsOf = ({ server, inventory }: { server: Span; inventory: Span }, failed: boolean): Log[] => {
  const line = (span: Span, severity: Log['severity'], body: string): Log => ({
    ...{ time: micro(span.start + span.duration), service: span.service, instance: span.instance },
    ...{ severity, body, traceId: span.traceId, spanId: span.spanId, attributes: {} },
  });
  const completed = line(server, 'info', 'request completed');
  if (!failed) return [completed];
  return [
    line(inventory, 'error', 'the stock ledger does not answer'),
    line(server, 'error', 'no stock'),
    completed,
  ];
};

const requestOf = (index: number, start: number, failed: boolean): Made => {
  const traceId = hex(16);
  const instance = `api-${1 + (index % 2)}`;
  const route = ROUTES[Math.floor(index / 2) % ROUTES.length]!;
  // No two alike, and the same with every run.
  const duration = 0.02 + ((index * 7919) % 1000) / 12_500 + (failed ? 0.3 : 0);
  const spans = spansOf(traceId, instance, route, start, duration, failed);
  return {
    ...{ traceId, instance, route, failed, duration, end: start + duration },
    ...spans,
    logs: logsOf(spans, failed),
  };
};

/** Requests of the two hours before `to`, `rate` a second, of which `errors` fail, all of them within the incident. */
export const requestsUntil = (to: number, rate: number, errors: number): Made[] => {
  const begin = to - 2 * HOUR;
  const [first, last] = [HOUR + INCIDENT.from, HOUR + INCIDENT.to].map((second) => second * rate);
  const share = errors / (last! - first!);
  return Array.from({ length: 2 * HOUR * rate }, (_, index) => {
    const at = index - first!;
    const inIncident = index >= first! && index < last!;
    const failed = inIncident && Math.floor((at + 1) * share) > Math.floor(at * share);
    return requestOf(index, begin + index / rate, failed);
  });
};

/** OTLP requests of the spans and of the log lines, oldest first. */
export const tracesAndLogs = (requests: Made[]): { traces: object[]; logs: object[] } => {
  const cut = <T>(items: T[]): T[][] =>
    Array.from({ length: Math.ceil(items.length / STEP) }, (_, i) => items.slice(i * STEP, (i + 1) * STEP));
  return {
    traces: cut(requests.flatMap(({ spans }) => spans)).map(traceRequest),
    logs: cut(requests.flatMap(({ logs }) => logs)).map(logRequest),
  };
};
