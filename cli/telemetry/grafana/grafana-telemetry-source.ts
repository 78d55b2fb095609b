import type { TelemetrySource } from '../telemetry-source.ts';
import { countServed } from './counts.ts';
import type { BackendClient } from './http.ts';
import { type ClientLimits, createBackendClient } from './http-client.ts';
import { createLoki } from './loki/loki.ts';
import { DEFAULT_NAMES, type GrafanaOptions, type Names } from './options.ts';
import { createPrometheus } from './prometheus/prometheus.ts';
import { Readiness } from './readiness.ts';
import { createTempo } from './tempo/tempo.ts';

const namesOf = (own: Partial<Names> = {}): Names => ({
  ...DEFAULT_NAMES,
  ...Object.fromEntries(Object.entries(own).filter(([, list]) => list !== undefined)),
});

/** The source, and the clients it asks with. */
export interface GrafanaTelemetrySource extends TelemetrySource {
  readonly kind: 'grafana';
  readonly clients: Record<BackendClient['name'], BackendClient>;
}

/**
 * TelemetrySource over the HTTP APIs of Prometheus, Loki and Tempo. Its methods throw BackendError when a back end does
 * not answer as it should.
 */
export const createGrafanaTelemetrySource = (
  options: GrafanaOptions,
  limits?: Partial<ClientLimits>,
): GrafanaTelemetrySource => {
  const names = namesOf(options.names);
  const clients = {
    prometheus: createBackendClient('prometheus', options.prometheus, limits),
    loki: createBackendClient('loki', options.loki, limits),
    tempo: createBackendClient('tempo', options.tempo, limits),
  };
  const prometheus = createPrometheus(clients.prometheus, names);
  const loki = createLoki(clients.loki, names);
  const tempo = createTempo(clients.tempo, names);
  const readiness = new Readiness([
    { client: clients.prometheus, part: prometheus },
    { client: clients.loki, part: loki },
    { client: clients.tempo, part: tempo },
  ]);
  return {
    kind: 'grafana',
    clients,
    ready: () => readiness.state(),
    red: prometheus.red,
    runtime: prometheus.runtime,
    exemplars: prometheus.exemplars,
    alerts: prometheus.alerts,
    searchTraces: tempo.searchTraces,
    traces: tempo.traces,
    missing: tempo.missing,
    logs: loki.logs,
    counts: countServed(prometheus, tempo),
  };
};
