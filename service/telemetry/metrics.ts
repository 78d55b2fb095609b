import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  Registry,
  type RegistryContentType,
} from 'prom-client';

/** 5 ms to 10 s, dense where the time-outs and delays of this system lie; seconds. */
const DURATION_BUCKETS = [
  0.005, 0.01, 0.015, 0.025, 0.035, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.75, 1, 1.25, 1.5,
  2, 2.5, 3, 4, 5, 7.5, 10,
];
/** Buckets that OpenTelemetry's semantic conventions advise for database durations; seconds. */
const DATABASE_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
const HTTP_LABELS: string[] = ['http_request_method', 'http_route', 'http_response_status_code'];

/** The metrics of one process, in a registry of their own, written as OpenMetrics. */
export const createMetrics = () => {
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const registers = [registry];
  return {
    registry,
    serverDuration: new Histogram({
      name: 'http_server_request_duration_seconds',
      help: 'Duration of HTTP requests served.',
      labelNames: HTTP_LABELS,
      buckets: DURATION_BUCKETS,
      enableExemplars: true,
      registers,
    }),
    serverErrors: new Counter({
      name: 'http_server_request_errors_total',
      help: 'HTTP requests that ended in 5xx, or that the client gave up (499).',
      labelNames: HTTP_LABELS,
      enableExemplars: true,
      registers,
    }),
    activeRequests: new Gauge({
      name: 'http_server_active_requests',
      help: 'HTTP requests being served.',
      registers,
    }),
    clientDuration: new Histogram({
      name: 'http_client_request_duration_seconds',
      help: 'Duration of attempts at outgoing HTTP requests.',
      labelNames: ['peer_service', 'http_request_method', 'outcome'] as const,
      buckets: DURATION_BUCKETS,
      registers,
    }),
    clientRetries: new Counter({
      name: 'http_client_request_retries_total',
      help: 'Outgoing HTTP requests that were sent again.',
      labelNames: ['peer_service'] as const,
      registers,
    }),
    dbDuration: new Histogram({
      name: 'db_client_operation_duration_seconds',
      help: 'Duration of database statements, without the wait for a connection.',
      labelNames: ['db_operation_name'] as const,
      buckets: DATABASE_BUCKETS,
      registers,
    }),
    dbWaitTime: new Histogram({
      name: 'db_client_connection_wait_time_seconds',
      help: 'Time to acquire a connection from the database pool, or to fail to.',
      buckets: DATABASE_BUCKETS,
      registers,
    }),
    dbCreateTime: new Histogram({
      name: 'db_client_connection_create_time_seconds',
      help: 'Time to open a connection to the database, login included, or to fail to.',
      buckets: DATABASE_BUCKETS,
      registers,
    }),
    cacheRequests: new Counter({
      name: 'cache_requests_total',
      help: 'Look-ups in the cache.',
      labelNames: ['result', 'backend'] as const,
      registers,
    }),
    jobDuration: new Histogram({
      name: 'job_duration_seconds',
      help: 'Duration of queued jobs, without their time in the queue.',
      labelNames: ['queue', 'outcome'] as const,
      buckets: DURATION_BUCKETS,
      registers,
    }),
  };
};
export type Metrics = ReturnType<typeof createMetrics>;

/** CPU, memory, event-loop lag, garbage collection, start time of this process. */
export const collectRuntimeMetrics = ({ registry }: Metrics): void =>
  collectDefaultMetrics({ register: registry });

/** What may not be known just now: the scrape then shows no sample of it. */
type Reading<T> = T | undefined | Promise<T | undefined>;

/** A gauge that is read at each scrape, which takes as long as the reading does. */
export const observedGauge = (
  { registry }: Metrics,
  name: string,
  help: string,
  read: () => Reading<number>,
): void => {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      const value = await read();
      if (value === undefined) this.remove();
      else this.set(value);
    },
  });
};

/** A gauge with one label, all of whose values are read at each scrape. */
export const observedGaugeBy = (
  { registry }: Metrics,
  name: string,
  help: string,
  label: string,
  read: () => Reading<Record<string, number>>,
): void => {
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      const counts = (await read()) ?? {};
      this.reset();
      for (const [value, count] of Object.entries(counts)) this.set({ [label]: value }, count);
    },
  });
};
