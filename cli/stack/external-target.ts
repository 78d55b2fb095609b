import type { Replica } from './stack.ts';

/** A replica that carries obsctl's Fastify plugin, and how its admin API is entered. */
export interface ExternalReplica extends Replica {
  /** As faults name their carriers: `api`, `inventory`, `worker`. */
  role: string;
  /** Bearer token of its admin API. */
  token: string;
}

/** A system that obsctl did not start, with what is needed to drive and to break it. */
export interface ExternalTarget {
  /** Where load goes. */
  baseUrl: string;
  /** service.name of what answers there. */
  service: string;
  /** OTLP/HTTP base address for the client's spans; null: none are sent. */
  otlpUrl: string | null;
  replicas: ExternalReplica[];
}
