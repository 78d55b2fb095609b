/** One back end's HTTP API and how to be let in. Secrets are resolved (from environment or file) before they get here. */
export interface BackendAccess {
  /** Base address, a path prefix included; never with credentials in it. */
  url: string;
  basic?: { username: string; password: string };
  bearer?: string;
  /** `X-Scope-OrgID`. */
  tenant?: string;
  /** Custom headers, by name. */
  headers?: Record<string, string>;
  /** PEM of a private certificate authority. */
  ca?: string;
}

/**
 * What names a system uses, where they differ from OpenTelemetry's semantic conventions as Prometheus writes them.
 * Lists are tried in order; the first that is there wins.
 */
export interface Names {
  /**
   * Histograms of served requests, without `_bucket`: seconds, or what the name ends in (`_milliseconds`). Those that
   * begin with `traces` are made of spans: only server spans count.
   */
  serverDuration: string[];
  /** Labels of service, instance, route, method, status code. */
  service: string[];
  instance: string[];
  route: string[];
  method: string[];
  status: string[];
  /** Loki's labels of the service. */
  lokiService: string[];
}

export const DEFAULT_NAMES: Names = {
  serverDuration: [
    'http_server_request_duration_seconds',
    'http_server_duration_seconds',
    'http_server_duration_milliseconds',
    'traces_span_metrics_duration_seconds',
    'traces_span_metrics_duration_milliseconds',
    'traces_spanmetrics_latency',
  ],
  service: ['service_name', 'job', 'service'],
  instance: ['service_instance_id', 'instance'],
  route: ['http_route'],
  method: ['http_request_method', 'http_method'],
  status: ['http_response_status_code', 'http_status_code'],
  lokiService: ['service_name'],
};

export interface GrafanaOptions {
  prometheus: BackendAccess;
  loki: BackendAccess;
  tempo: BackendAccess;
  names?: Partial<Names>;
}
