import { createGrafanaTelemetrySource } from '../../../telemetry/grafana/grafana-telemetry-source.ts';
import { writeMetricsUrl } from '../collector-edge.ts';
import type { StackTelemetry, TelemetryPlace } from '../stack-telemetry.ts';
import { BACKENDS, type Binaries } from '../telemetry-plan.ts';
import { prepareFiles } from './files.ts';
import { backendSpecs, backendUrls, collectorMetricsUrl, namePorts, otlpUrl } from './specs.ts';
import { writeTargets } from './targets.ts';

/** Collector, Prometheus, Loki and Tempo as children of the supervisor; everybody asks their own HTTP APIs. */
export const planGrafanaTelemetry = (
  { temporary, logs, ports: free }: TelemetryPlace,
  binaries: Binaries,
): StackTelemetry => {
  const ports = namePorts(free);
  const files = prepareFiles(temporary);
  const { prometheus, loki, tempo } = backendUrls(ports);
  const collector = { service: 'otelcol', instance: 'otelcol', url: collectorMetricsUrl(ports) };
  writeTargets(files.targets, 'telemetry', [collector]);
  writeMetricsUrl(temporary, `${collector.url}/metrics`);
  return {
    kind: 'grafana',
    otlpUrl: otlpUrl(ports),
    backends: { prometheus, loki, tempo },
    versions: Object.fromEntries(BACKENDS.map((name) => [name, binaries[name].version])),
    children: backendSpecs({ ports, files, binaries, logs }),
    components: [],
    source: createGrafanaTelemetrySource({
      prometheus: { url: prometheus },
      loki: { url: loki },
      tempo: { url: tempo },
    }),
    setTargets: (targets) => writeTargets(files.targets, 'service', targets),
    routes: () => {},
    close: async () => {},
  };
};
