import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { TRACES } from '../../cli/telemetry/embedded/otlp-schema.ts';

/** Spans of the size a Fastify service with PostgreSQL and Redis sends: about ten attributes, now and then an event. */
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const integer = (key: string, intValue: number) => ({ key, value: { intValue } });

const spanOf = (traceId: Uint8Array, index: number) => {
  const start = BigInt(Date.now()) * 1_000_000n + BigInt(index) * 1000n;
  return {
    traceId,
    spanId: randomBytes(8),
    parentSpanId: index % 8 === 0 ? undefined : randomBytes(8),
    name: index % 8 === 0 ? 'GET /products/:id' : 'pg.query:SELECT shop',
    kind: index % 8 === 0 ? 2 : 3,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + 5_000_000n),
    attributes: [
      text('http.request.method', 'GET'),
      text('http.route', '/products/:id'),
      text('url.path', `/products/${index}`),
      text('url.scheme', 'http'),
      text('server.address', '127.0.0.1'),
      integer('server.port', 8080),
      integer('http.response.status_code', 200),
      text('db.system.name', 'postgresql'),
      text('db.query.text', 'SELECT id, name, price_cents FROM products WHERE id = $1'),
      text('network.peer.address', '127.0.0.1'),
    ],
    events:
      index % 20 === 0
        ? [{ timeUnixNano: String(start), name: 'exception', attributes: [text('exception.type', 'Error')] }]
        : [],
    status: {},
  };
};

const payload = (batch: number): Buffer => {
  let traceId = randomBytes(16);
  const spans = Array.from({ length: batch }, (_, index) => {
    if (index % 8 === 0) traceId = randomBytes(16);
    return spanOf(traceId, index);
  });
  const resource = { attributes: [text('service.name', 'api'), text('service.instance.id', 'api-1')] };
  const message = TRACES.fromObject({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
  return gzipSync(TRACES.encode(message).finish());
};

/** `count` requests of `batch` spans each, protobuf and gzip. */
export const makePayloads = (count: number, batch: number): Buffer[] =>
  Array.from({ length: count }, () => payload(batch));
