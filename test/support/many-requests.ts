import { randomBytes } from 'node:crypto';
import { sleep } from '../../cli/shared/clock.ts';
import type { Log, Span } from '../../reports/record/evidence.ts';
import { sendOtlp } from '../contract/send-otlp.ts';
import { logRequest, traceRequest } from '../contract/traffic-otlp.ts';

/** One request of many: client → api → (database, inventory). */
export interface ManyRequest {
  traceId: string;
  route: string;
  failed: boolean;
  /** Of the client's span, seconds. */
  duration: number;
  /** When the api's span ended, Unix seconds. */
  served: number;
  client: Span;
  spans: Span[];
  logs: Log[];
  lines: number;
}

const PART = 1000;
const FAILS_EVERY = 9;
const ROUTES = ['/orders', '/products/:id', '/stock'];

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
const micro = (seconds: number): number => Math.round(seconds * 1e6) / 1e6;

const requestOf = (index: number, start: number): ManyRequest => {
  const traceId = hex(16);
  const failed = index % FAILS_EVERY === 4;
  // No two alike, so that there is one order of the slowest.
  const duration = micro(0.05 + ((index * 7919) % 1000) / 1000 + index / 1e6);
  const route = ROUTES[index % ROUTES.length]!;
  const status = failed ? ('error' as const) : ('unset' as const);
  const spanOf = (service: string, kind: Span['kind'], parent: Span | null, own: Partial<Span>): Span => ({
    ...{ traceId, spanId: hex(8), parentSpanId: parent?.spanId ?? null, name: 'GET', kind, service },
    ...{ instance: `${service}-1`, start, duration, status: 'unset', statusMessage: null },
    ...{ attributes: {}, events: [], links: [] },
    ...own,
  });
  const client = spanOf('load', 'client', null, { status });
  const attributes = { 'http.route': route, 'http.request.method': 'GET' };
  const server = spanOf('api', 'server', client, {
    ...{ start: micro(start + 0.001), duration: micro(duration - 0.002), status, attributes },
    name: `GET ${route}`,
  });
  const database = spanOf('api', 'client', server, { duration: 0.001, name: 'SELECT' });
  const inventory = spanOf('inventory', 'server', server, { duration: 0.002 });
  const logOf = (body: string, severity: Log['severity']): Log => ({
    ...{ time: micro(start + 0.001), service: 'api', instance: 'api-1', severity, body, traceId },
    ...{ spanId: server.spanId, attributes: { 'http.route': route } },
  });
  const logs = [logOf('request received', 'info'), logOf('completed', 'info')];
  if (failed) logs.push(logOf('no stock', 'error'));
  return {
    ...{ traceId, route, failed, duration, client, logs, lines: logs.length },
    served: server.start + server.duration,
    spans: [server, database, inventory],
  };
};

/** So many requests, evenly spread over `seconds` from `from` on, the oldest first. */
export const requestsOf = (count: number, from: number, seconds: number): ManyRequest[] =>
  Array.from({ length: count }, (_, index) => requestOf(index, micro(from + (index * seconds) / count)));

const sendAll = async <T>(items: T[], send: (part: T[]) => Promise<Response>): Promise<void> => {
  for (let at = 0; at < items.length; at += PART) {
    const { status } = await send(items.slice(at, at + PART));
    if (status !== 200) throw new Error(`the collector answered ${status}`);
  }
};

/** Sends the platform's spans and lines first and the client's spans a second later, so that traces come in parts. */
export const sendInParts = async (otlpUrl: string, requests: ManyRequest[]): Promise<void> => {
  const spans = (list: Span[]) =>
    sendAll(list, (part) => sendOtlp(otlpUrl, 'traces', traceRequest(part), 'protobuf-gzip'));
  await spans(requests.flatMap((request) => request.spans));
  await sendAll(
    requests.flatMap(({ logs }) => logs),
    (part) => sendOtlp(otlpUrl, 'logs', logRequest(part), 'protobuf-gzip'),
  );
  await sleep(1);
  await spans(requests.map(({ client }) => client));
};
