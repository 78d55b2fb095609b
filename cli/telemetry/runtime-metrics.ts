import type { RuntimeName } from '../../reports/record/evidence.ts';

/** How a runtime series is made from a scraped metric. */
export interface RuntimeMapping {
  name: RuntimeName;
  /** Name of the samples, suffix included. */
  metric: string;
  /** `value` as scraped; `rate` = increase over seconds; `mean` = increase over the increase of `over`. */
  as: 'value' | 'rate' | 'mean';
  over?: string;
  /** Only series with these labels. */
  where?: Record<string, string>;
  /** Labels that stay; series that differ in others are added up. */
  keep?: string[];
}

const POOL = ['db_client_connection_pool_name'];
const QUEUE = ['queue'];
const PEER = ['peer_service'];
const CACHE = ['backend'];

export const RUNTIME_METRICS: RuntimeMapping[] = [
  { name: 'process.cpu.utilization', metric: 'process_cpu_seconds_total', as: 'rate' },
  { name: 'nodejs.eventloop.delay.p99', metric: 'nodejs_eventloop_lag_p99_seconds', as: 'value' },
  { name: 'v8js.memory.heap.used', metric: 'nodejs_heap_size_used_bytes', as: 'value' },
  { name: 'v8js.gc.duration', metric: 'nodejs_gc_duration_seconds_sum', as: 'rate' },
  { name: 'http.server.active_requests', metric: 'http_server_active_requests', as: 'value' },
  {
    name: 'http.client.request.rate',
    metric: 'http_client_request_duration_seconds_count',
    as: 'rate',
    keep: PEER,
  },
  { name: 'http.client.retry.rate', metric: 'http_client_request_retries_total', as: 'rate', keep: PEER },
  {
    name: 'db.client.connection.used',
    metric: 'db_client_connection_count',
    as: 'value',
    where: { state: 'used' },
    keep: POOL,
  },
  {
    name: 'db.client.connection.idle',
    metric: 'db_client_connection_count',
    as: 'value',
    where: { state: 'idle' },
    keep: POOL,
  },
  {
    name: 'db.client.connection.pending_requests',
    metric: 'db_client_connection_pending_requests',
    as: 'value',
    keep: POOL,
  },
  { name: 'db.client.connection.max', metric: 'db_client_connection_max', as: 'value', keep: POOL },
  {
    name: 'db.client.connection.wait_time.mean',
    metric: 'db_client_connection_wait_time_seconds_sum',
    over: 'db_client_connection_wait_time_seconds_count',
    as: 'mean',
    keep: POOL,
  },
  {
    name: 'db.client.operation.duration.mean',
    metric: 'db_client_operation_duration_seconds_sum',
    over: 'db_client_operation_duration_seconds_count',
    as: 'mean',
  },
  {
    name: 'db.client.connection.create_time.mean',
    metric: 'db_client_connection_create_time_seconds_sum',
    over: 'db_client_connection_create_time_seconds_count',
    as: 'mean',
    keep: POOL,
  },
  { name: 'db.client.operation.rate', metric: 'db_client_operation_duration_seconds_count', as: 'rate' },
  {
    name: 'postgresql.sessions.lock_waiting',
    metric: 'postgresql_sessions_lock_waiting',
    as: 'value',
  },
  { name: 'postgresql.sessions.active', metric: 'postgresql_sessions_active', as: 'value' },
  {
    name: 'cache.hit.rate',
    metric: 'cache_requests_total',
    as: 'rate',
    where: { result: 'hit' },
    keep: CACHE,
  },
  {
    name: 'cache.miss.rate',
    metric: 'cache_requests_total',
    as: 'rate',
    where: { result: 'miss' },
    keep: CACHE,
  },
  {
    name: 'cache.error.rate',
    metric: 'cache_requests_total',
    as: 'rate',
    where: { result: 'error' },
    keep: CACHE,
  },
  { name: 'queue.depth', metric: 'queue_depth', as: 'value', keep: QUEUE },
  { name: 'job.rate', metric: 'job_duration_seconds_count', as: 'rate', keep: QUEUE },
  {
    name: 'job.duration.mean',
    metric: 'job_duration_seconds_sum',
    over: 'job_duration_seconds_count',
    as: 'mean',
    keep: QUEUE,
  },
  { name: 'capacity.slots.used', metric: 'capacity_slots_in_use', as: 'value' },
  { name: 'capacity.slots.max', metric: 'capacity_slots_max', as: 'value' },
  { name: 'capacity.slots.waiting', metric: 'capacity_slots_waiting', as: 'value' },
  { name: 'process.start_time', metric: 'process_start_time_seconds', as: 'value' },
  { name: 'up', metric: 'up', as: 'value' },
];
