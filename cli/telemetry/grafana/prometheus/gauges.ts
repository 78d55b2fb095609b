import { RUNTIME_METRICS } from '../../runtime-metrics.ts';
import { METRIC_NAME, type Series } from './matrix.ts';
import { OTEL_RUNTIME_METRICS } from './otel-runtime-metrics.ts';

/** Batches that wait in an exporter of the collector. */
export const QUEUE_SIZE = 'otelcol_exporter_queue_size';

const GAUGES = new Set([
  QUEUE_SIZE,
  ...[...RUNTIME_METRICS, ...OTEL_RUNTIME_METRICS].flatMap(({ as, metric }) =>
    as === 'value' ? [metric] : [],
  ),
]);

/** Whether it may fall while its process lives: of the metrics that are asked for, those that are read as they are. */
export const isGauge = ({ labels }: Series): boolean => GAUGES.has(labels[METRIC_NAME] ?? '');
