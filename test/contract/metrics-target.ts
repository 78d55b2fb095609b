import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, Gauge, Histogram, Registry, type RegistryContentType } from 'prom-client';
import type { Request } from './traffic.ts';

const HTTP_LABELS = ['http_request_method', 'http_route', 'http_response_status_code'];

/** Upper bounds in seconds. */
export const BOUNDS = [0.01, 0.05, 0.1, 0.5];

/** One instance's `/metrics`, served by prom-client as a real service would. */
export class MetricsTarget {
  readonly service = 'api';
  private registry = new Registry<RegistryContentType>();
  private duration!: Histogram;
  private errors!: Counter;
  private pending!: Gauge;
  private server: Server | null = null;

  constructor(readonly instance: string) {
    this.restart(1000);
  }

  /** All counters at zero and another start time: what a restart of the process does. */
  restart(startTime: number): void {
    this.registry = new Registry<RegistryContentType>();
    this.registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const registers = [this.registry];
    const http = { labelNames: HTTP_LABELS, registers, enableExemplars: true };
    const [durations, failures] = [
      'http_server_request_duration_seconds',
      'http_server_request_errors_total',
    ];
    this.duration = new Histogram({ name: durations!, help: 'Served.', buckets: BOUNDS, ...http });
    this.errors = new Counter({ name: failures!, help: 'Failed.', ...http });
    this.pending = new Gauge({ name: 'db_client_connection_pending_requests', help: 'Waiting.', registers });
    new Gauge({ name: 'process_start_time_seconds', help: 'Start.', registers }).set(startTime);
    this.pending.set(3);
  }

  observe({ route, method, status, duration, traceId, spans }: Request): void {
    const labels = { http_request_method: method, http_route: route, http_response_status_code: status };
    const exemplarLabels = { trace_id: traceId, span_id: spans[1]!.spanId };
    this.duration.observe({ labels, value: duration, exemplarLabels });
    if (status >= 500) this.errors.inc({ labels, value: 1, exemplarLabels });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server!.address() as AddressInfo).port}/metrics`;
  }

  async listen(): Promise<void> {
    this.server = createServer(async (_request, response) => {
      response.setHeader('content-type', this.registry.contentType);
      response.end(await this.registry.metrics());
    });
    await new Promise<void>((resolve) => this.server!.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}
