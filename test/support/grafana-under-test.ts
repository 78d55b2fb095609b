import type { BackendUrls } from '../../cli/stack/stack.ts';
import { createGrafanaTelemetrySource } from '../../cli/telemetry/grafana/grafana-telemetry-source.ts';
import type { SourceUnderTest } from '../contract/telemetry-source.ts';
import { RealBackends } from './real-backends.ts';

/** The grafana source over back ends at these addresses. */
export const sourceOf = ({ prometheus, loki, tempo }: BackendUrls) =>
  createGrafanaTelemetrySource({
    prometheus: { url: prometheus },
    loki: { url: loki },
    tempo: { url: tempo },
  });

/** Collector, Prometheus, Loki and Tempo of their own, and the source that asks them. */
export const grafanaUnderTest = async (): Promise<SourceUnderTest> => {
  const backends = await RealBackends.start();
  return {
    source: sourceOf(backends.urls),
    otlpUrl: backends.otlpUrl,
    scrape: async (targets) => backends.scrape(targets),
    close: () => backends.stop(),
  };
};
