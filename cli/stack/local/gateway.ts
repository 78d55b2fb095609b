import httpProxy from '@fastify/http-proxy';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';

export interface GatewayOptions {
  /** Base addresses of the replicas. */
  upstreams: string[];
  host: string;
  port: number;
}

/** How often each replica is asked whether it is ready, milliseconds. */
const CHECK_EVERY_MS = 500;
/** Longest a request may take behind the gateway, milliseconds: beyond every time-out of the service's own. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Paths of a replica that are nobody's business outside. */
const PRIVATE = ['/metrics', '/readyz', '/healthz'];

interface Upstream {
  url: string;
  healthy: boolean;
}

const isReady = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(CHECK_EVERY_MS) })).ok;
  } catch {
    return false;
  }
};

/** Round-robin over the healthy ones; over all where none is, so that the failure is the replica's own. */
const roundRobin = (upstreams: Upstream[]): (() => string) => {
  let turn = 0;
  return () => {
    const healthy = upstreams.filter((upstream) => upstream.healthy);
    const pool = healthy.length > 0 ? healthy : upstreams;
    return pool[turn++ % pool.length]!.url;
  };
};

/** The replica gave no answer: 504 where it took too long, else 502. */
const answerFailure = (reply: FastifyReply, error: Error & { statusCode?: number }): void => {
  const late = error.statusCode === 504;
  const code = late ? 'GATEWAY_TIMEOUT' : 'BAD_GATEWAY';
  reply
    .code(late ? 504 : 502)
    .send({ error: { code, message: 'no answer from the service', traceId: null } });
};

const watchHealth = (upstreams: Upstream[]): NodeJS.Timeout =>
  setInterval(() => {
    for (const upstream of upstreams) {
      isReady(upstream.url).then((healthy) => {
        upstream.healthy = healthy;
      });
    }
  }, CHECK_EVERY_MS);

/**
 * A balancer in front of the api replicas: health-checked round-robin, nothing else. Headers (traceparent,
 * baggage) pass untouched. It never routes /metrics, and the admin API has a port of its own that it knows not.
 */
export const startGateway = async (options: GatewayOptions): Promise<FastifyInstance> => {
  const upstreams = options.upstreams.map((url) => ({ url, healthy: true }));
  const next = roundRobin(upstreams);
  const app = Fastify({ logger: false, forceCloseConnections: true });
  app.addHook('onRequest', async (request, reply) => {
    if (PRIVATE.includes(request.url.split('?')[0]!))
      return reply.code(404).send({ error: { code: 'NOT_FOUND', message: 'Not routed' } });
  });
  await app.register(httpProxy, {
    upstream: '',
    http2: false,
    undici: {
      connections: 256,
      pipelining: 1,
      bodyTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
    },
    replyOptions: {
      getUpstream: () => next(),
      // Retries are the client's and the service's to make: hidden ones would blur every figure (503 is retried by default).
      retryDelay: () => null,
      onError: (reply, { error }) => answerFailure(reply as FastifyReply, error),
    },
  });
  const timer = watchHealth(upstreams);
  app.addHook('onClose', async () => clearInterval(timer));
  await app.listen({ host: options.host, port: options.port });
  return app;
};
