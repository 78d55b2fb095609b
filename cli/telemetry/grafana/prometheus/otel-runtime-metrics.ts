import type { RuntimeMapping } from '../../runtime-metrics.ts';

/**
 * The same runtime series under the names that OpenTelemetry's SDKs write through OTLP into Prometheus, where they
 * differ from the scraped ones. Sources: semantic conventions "Node.js runtime", "V8 JS runtime", "Database client",
 * "Process", and Prometheus' OTLP translation (units as suffixes, dots as underscores).
 */
export const OTEL_RUNTIME_METRICS: RuntimeMapping[] = [
  { name: 'process.cpu.utilization', metric: 'process_cpu_time_seconds_total', as: 'rate' },
  { name: 'process.cpu.utilization', metric: 'process_cpu_utilization_ratio', as: 'value' },
  { name: 'nodejs.eventloop.delay.p99', metric: 'nodejs_eventloop_delay_p99_seconds', as: 'value' },
  { name: 'v8js.memory.heap.used', metric: 'v8js_memory_heap_used_bytes', as: 'value' },
  { name: 'v8js.gc.duration', metric: 'v8js_gc_duration_seconds_sum', as: 'rate' },
  {
    name: 'db.client.connection.used',
    metric: 'db_client_connection_count',
    as: 'value',
    where: { db_client_connection_state: 'used' },
    keep: ['db_client_connection_pool_name'],
  },
  {
    name: 'db.client.connection.idle',
    metric: 'db_client_connection_count',
    as: 'value',
    where: { db_client_connection_state: 'idle' },
    keep: ['db_client_connection_pool_name'],
  },
  {
    name: 'db.client.connection.used',
    metric: 'db_client_connections_usage',
    as: 'value',
    where: { state: 'used' },
    keep: ['pool_name'],
  },
  {
    name: 'db.client.connection.idle',
    metric: 'db_client_connections_usage',
    as: 'value',
    where: { state: 'idle' },
    keep: ['pool_name'],
  },
  {
    name: 'db.client.connection.pending_requests',
    metric: 'db_client_connections_pending_requests',
    as: 'value',
    keep: ['pool_name'],
  },
];
