import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { messageOf } from '../../shared/errors.ts';
import { type Decoded, logsOf, spansOf } from '../otlp-decode.ts';
import { countJson, countProtobuf, type Signal } from './otlp-count.ts';
import { failureBody, JSON_TYPE, PROTOBUF, successBody } from './otlp-response.ts';
import { LOGS as LOGS_MESSAGE, TRACES as TRACES_MESSAGE } from './otlp-schema.ts';
import type { Store } from './store.ts';
import { LOGS, SPANS } from './store-tables.ts';

/** Items by what became of them: kept; sent back as retryable; not valid OTLP. */
export interface SignalCounters {
  accepted: number;
  refused: number;
  rejected: number;
}
export type Counters = Record<Signal, SignalCounters> & { malformedRequests: number };

export interface ReceiverOptions {
  /** Any free one where absent. */
  port?: number;
  /** The largest request, before and after inflation. */
  maxBytes?: number;
}

export interface Receiver {
  /** OTLP/HTTP base address. */
  url: string;
  counters: Counters;
  close(): Promise<void>;
}

/** Seconds after which a sender may try a refused request again: a few flushes of the queue. */
const RETRY_AFTER_SECONDS = 1;
/** google.rpc.Code of the failures answered here. */
const RPC = { invalidArgument: 3, outOfRange: 11, unavailable: 14 } as const;

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly rpc: number,
    message: string,
  ) {
    super(message);
  }
}

const inflate = promisify(gunzip);

/** The body as it was before compression. The limit holds while inflating, so a zip bomb costs no more than it. */
const inflated = async (request: FastifyRequest, maxOutputLength: number): Promise<Buffer> => {
  const body = request.body as Buffer;
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip')
    throw new Refusal(415, RPC.invalidArgument, `content-encoding ${encoding} is not known`);
  try {
    return (await inflate(body, { maxOutputLength })) as Buffer;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new Refusal(413, RPC.outOfRange, `the request is larger than ${maxOutputLength} bytes`);
    }
    throw new Refusal(400, RPC.invalidArgument, `the body is not gzip: ${messageOf(error)}`);
  }
};

const none: Decoded<never> = { items: [], rejected: 0, reasons: [] };

/** A request read far enough to know its size in items; `decode` reads and queues the rest. */
interface Parsed {
  items: number;
  decode: (store: Store, bytes: number) => Decoded<unknown>;
}

const keep = (signal: Signal, message: unknown, store: Store, bytes: number): Decoded<unknown> => {
  if (signal === 'metrics') return none;
  if (signal === 'traces') {
    const spans = spansOf(message);
    store.put(SPANS, spans.items, bytes);
    return spans;
  }
  const logs = logsOf(message);
  store.put(LOGS, logs.items, bytes);
  return logs;
};

const parse = (signal: Signal, type: string, body: Buffer): Parsed => {
  if (type === JSON_TYPE) {
    const message: unknown = JSON.parse(body.toString('utf8'));
    return {
      items: countJson(signal, message),
      decode: (store, bytes) => keep(signal, message, store, bytes),
    };
  }
  const schema = signal === 'logs' ? LOGS_MESSAGE : TRACES_MESSAGE;
  return {
    items: countProtobuf(signal, body),
    decode: (store, bytes) => keep(signal, signal === 'metrics' ? null : schema.decode(body), store, bytes),
  };
};

const malformed = <T>(attempt: () => T): T => {
  try {
    return attempt();
  } catch (error) {
    throw new Refusal(400, RPC.invalidArgument, `the request is not OTLP: ${messageOf(error)}`);
  }
};

const emptyCounters = (): Counters => {
  const zero = () => ({ accepted: 0, refused: 0, rejected: 0 });
  return { traces: zero(), logs: zero(), metrics: zero(), malformedRequests: 0 };
};

/** `application/json; charset=utf-8` as `application/json`. */
const typeOf = (request: FastifyRequest): string =>
  (request.headers['content-type'] ?? JSON_TYPE).split(';')[0]!.trim().toLowerCase();

const serve = (
  app: FastifyInstance,
  signal: Signal,
  store: Store,
  counters: Counters,
  maxBytes: number,
): void => {
  app.post(`/v1/${signal}`, async (request, reply) => {
    const body = await inflated(request, maxBytes);
    const type = typeOf(request);
    const parsed = malformed(() => parse(signal, type, body));
    if (signal !== 'metrics' && !store.hasRoom(parsed.items, body.length)) {
      counters[signal].refused += parsed.items;
      throw new Refusal(503, RPC.unavailable, 'the queue is full; send it again later');
    }
    const { rejected, reasons } = malformed(() => parsed.decode(store, body.length));
    counters[signal].accepted += parsed.items - rejected;
    counters[signal].rejected += rejected;
    const partial = rejected > 0 ? { rejected, message: reasons.join('; ') } : null;
    return reply.type(type).send(successBody(signal, type, partial));
  });
};

const answerFailure =
  (counters: Counters) => (error: Error, request: FastifyRequest, reply: FastifyReply) => {
    const status =
      error instanceof Refusal ? error.status : ((error as { statusCode?: number }).statusCode ?? 500);
    if (status < 500) counters.malformedRequests += 1;
    if (status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
    const type = typeOf(request) === PROTOBUF ? PROTOBUF : JSON_TYPE;
    const rpc = error instanceof Refusal ? error.rpc : RPC.invalidArgument;
    return reply
      .code(status)
      .type(type)
      .send(failureBody(type, rpc, messageOf(error)));
  };

/**
 * OTLP/HTTP on 127.0.0.1: protobuf and JSON, gzip, partial success, a size limit, and 503 with Retry-After while the
 * queue is full (both as opentelemetry.io/docs/specs/otlp asks). Traces and logs are kept. Metric data points are
 * counted as accepted and not kept: RED and runtime series come from scraping, so that lost telemetry never looks
 * like health.
 */
export const startReceiver = async (store: Store, options: ReceiverOptions = {}): Promise<Receiver> => {
  const maxBytes = options.maxBytes ?? 16 * 1024 * 1024;
  const counters = emptyCounters();
  const app = Fastify({ bodyLimit: maxBytes, forceCloseConnections: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([PROTOBUF, JSON_TYPE], { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  app.setErrorHandler(answerFailure(counters));
  for (const signal of ['traces', 'logs', 'metrics'] as const) serve(app, signal, store, counters, maxBytes);
  const url = await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  return { url, counters, close: () => app.close() };
};
