import { expect, test } from 'vitest';
import { telemetryDefaults } from './defaults.ts';

const defaults = (environment: NodeJS.ProcessEnv) => telemetryDefaults(environment, '1.2.3');

test('without an address nothing is sent', () => {
  expect(defaults({})).toMatchObject({
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_METRICS_EXPORTER: 'none',
  });
});

test('the Node runtime is measured only for who takes OTLP metrics, once a second', () => {
  const enabled = (exporter?: string) =>
    defaults({ OTEL_METRICS_EXPORTER: exporter }).OTEL_NODE_ENABLED_INSTRUMENTATIONS!.split(',');
  expect(enabled()).not.toContain('runtime-node');
  expect(enabled('none')).not.toContain('runtime-node');
  expect(enabled('otlp')).toEqual([...enabled(), 'runtime-node']);
  const { OTEL_METRIC_EXPORT_INTERVAL: interval, OTEL_METRIC_EXPORT_TIMEOUT: timeout } = defaults({});
  expect(interval).toBe('1000');
  // The SDK refuses a time-out that is longer than the interval.
  expect(Number(timeout)).toBeLessThan(Number(interval));
});
