import { NodeSDK, tracing } from '@opentelemetry/sdk-node';

/** Real spans, kept in memory, for unit tests. One per test file: the API's globals belong to the process. */
export const recordSpans = () => {
  process.env.OTEL_METRICS_EXPORTER = 'none';
  process.env.OTEL_LOGS_EXPORTER = 'none';
  const exporter = new tracing.InMemorySpanExporter();
  const sdk = new NodeSDK({
    autoDetectResources: false,
    instrumentations: [],
    spanProcessors: [new tracing.SimpleSpanProcessor(exporter)],
  });
  sdk.start();
  return {
    spans: () => exporter.getFinishedSpans(),
    reset: () => exporter.reset(),
    stop: () => sdk.shutdown(),
  };
};
