/** What is instrumented; the measures of the Node runtime only where somebody asked for OTLP metrics. */
const instrumentations = (metricsExporter = 'none'): string =>
  ['undici', 'pg', 'pino', ...(metricsExporter === 'none' ? [] : ['runtime-node'])].join(',');

/**
 * Settings of the OpenTelemetry SDK that this service starts from; a variable that is set already wins. Queues
 * hold several seconds of spans and logs at 300 requests/s; 200 ms keeps traces fresh. OTLP metrics are off unless OTEL_METRICS_EXPORTER says otherwise.
 */
export const telemetryDefaults = (
  environment: NodeJS.ProcessEnv,
  version: string,
): Record<string, string> => {
  const exporter = environment.OTEL_EXPORTER_OTLP_ENDPOINT ? 'otlp' : 'none';
  const role = environment.SERVICE_ROLE ?? 'unknown';
  return {
    OTEL_SERVICE_NAME: role,
    OTEL_RESOURCE_ATTRIBUTES: [
      'service.namespace=shop',
      `service.instance.id=${encodeURIComponent(environment.SERVICE_INSTANCE_ID ?? role)}`,
      `service.version=${encodeURIComponent(version)}`,
    ].join(','),
    OTEL_NODE_RESOURCE_DETECTORS: 'env',
    OTEL_NODE_ENABLED_INSTRUMENTATIONS: instrumentations(environment.OTEL_METRICS_EXPORTER),
    OTEL_TRACES_EXPORTER: exporter,
    OTEL_LOGS_EXPORTER: exporter,
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
    OTEL_METRIC_EXPORT_TIMEOUT: '900',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_TIMEOUT: '3000',
    OTEL_PROPAGATORS: 'tracecontext,baggage',
    OTEL_TRACES_SAMPLER: 'always_on',
    OTEL_SEMCONV_STABILITY_OPT_IN: 'http,database',
    OTEL_BSP_SCHEDULE_DELAY: '200',
    OTEL_BSP_MAX_QUEUE_SIZE: '32768',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1024',
    OTEL_BLRP_SCHEDULE_DELAY: '200',
    OTEL_BLRP_MAX_QUEUE_SIZE: '16384',
    OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: '1024',
  };
};
