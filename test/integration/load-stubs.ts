import Fastify, { type FastifyInstance } from 'fastify';

/** What the tests of the load driver put on the other end: a shop that notes each call, and an OTLP receiver. */

export interface Call {
  operation: string;
  traceId: string;
  spanId: string;
  traceparent: string;
  baggage: string;
  status: number;
  /** Unix seconds at which the answer was ready to go. */
  answeredAt: number;
}

/** Status of the answer to the nth call (from 1) of the nth trace (from 1); null takes the usual one. */
export type Script = (trace: number, attempt: number) => number | null;

const listen = async (app: FastifyInstance): Promise<string> => app.listen({ port: 0, host: '127.0.0.1' });

export const startShop = async (script: Script = () => null, delayMs = 0) => {
  const app = Fastify();
  const calls: Call[] = [];
  const traces = new Map<string, { number: number; attempts: number }>();

  const answerTo = (traceId: string, usual: number): number => {
    const trace = traces.get(traceId) ?? { number: traces.size + 1, attempts: 0 };
    trace.attempts++;
    traces.set(traceId, trace);
    return script(trace.number, trace.attempts) ?? usual;
  };
  const route = (method: 'GET' | 'POST', url: string, usual: number, body: () => object) =>
    app.route({
      method,
      url,
      handler: async (request, reply) => {
        const traceparent = String(request.headers.traceparent);
        const [, traceId = '', spanId = ''] = traceparent.split('-');
        const status = answerTo(traceId, usual);
        if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
        const baggage = String(request.headers.baggage);
        const operation = `${method} ${url}`;
        calls.push({
          operation,
          traceId,
          spanId,
          traceparent,
          baggage,
          status,
          answeredAt: Date.now() / 1000,
        });
        return reply.code(status).send(status === usual ? body() : { message: 'no' });
      },
    });
  route('GET', '/products', 200, () => ({ items: [] }));
  route('GET', '/bestsellers', 200, () => ({ products: [] }));
  route('GET', '/products/:id', 200, () => ({ id: 1 }));
  route('POST', '/orders', 201, () => ({ id: `order-${calls.length}` }));
  route('GET', '/orders/:id', 200, () => ({ id: 1 }));

  return { url: await listen(app), calls, close: () => app.close() };
};

interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  status: { code: number; message?: string };
}

interface ExportRequest {
  resourceSpans: { resource: { attributes: OtlpSpan['attributes'] }; scopeSpans: { spans: OtlpSpan[] }[] }[];
}

/** `answer` sees the number of the request, from 1, and may refuse it. */
export const startOtlp = async (
  answer: (request: number) => {
    status?: number;
    headers?: Record<string, string>;
    body?: object;
  } = () => ({}),
) => {
  const app = Fastify({ bodyLimit: 64 * 1024 * 1024 });
  const spans: OtlpSpan[] = [];
  const resources: OtlpSpan['attributes'][] = [];
  let requests = 0;
  app.post<{ Body: ExportRequest }>('/v1/traces', async (request, reply) => {
    const { status = 200, headers = {}, body = {} } = answer(++requests);
    if (status === 200) {
      for (const { resource, scopeSpans } of request.body.resourceSpans) {
        resources.push(resource.attributes);
        spans.push(...scopeSpans.flatMap((scope) => scope.spans));
      }
    }
    return reply.code(status).headers(headers).send(body);
  });
  return { url: await listen(app), spans, resources, requests: () => requests, close: () => app.close() };
};
