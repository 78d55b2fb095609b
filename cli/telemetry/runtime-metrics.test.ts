import { collectDefaultMetrics, Registry, type RegistryContentType } from 'prom-client';
import { expect, test } from 'vitest';
import { RUNTIME_UNITS } from '../../reports/record/evidence.ts';
import { createMetrics } from '../../service/telemetry/metrics.ts';
import { parseExposition } from './embedded/openmetrics.ts';
import { PIPELINE_NAMES } from './grafana/prometheus/pipeline-metrics.ts';
import { RUNTIME_METRICS } from './runtime-metrics.ts';

test('every runtime name has one way to be made', () => {
  const made = [...RUNTIME_METRICS.map(({ name }) => name), ...PIPELINE_NAMES];
  expect(made.sort()).toEqual(Object.keys(RUNTIME_UNITS).sort());
});

test('the process metrics are called as prom-client calls them', async () => {
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  collectDefaultMetrics({ register: registry });
  const { samples, types } = parseExposition(await registry.metrics());
  registry.clear();
  const shown = new Set([
    ...samples.map(({ name }) => name),
    ...[...types.keys()].map((name) => `${name}_sum`),
  ]);
  const ours = RUNTIME_METRICS.map(({ metric }) => metric).filter((metric) =>
    /^(process|nodejs)_/.test(metric),
  );
  expect(ours.length).toBe(5);
  expect(ours.filter((metric) => !shown.has(metric))).toEqual([]);
});

test('the histograms and counters are called as the service calls them', async () => {
  const { registry, dbDuration, clientDuration, jobDuration, clientRetries } = createMetrics();
  dbDuration.observe({ db_operation_name: 'select' }, 0.002);
  clientDuration.observe({ peer_service: 'inventory', http_request_method: 'POST', outcome: 'success' }, 0.1);
  clientRetries.inc({ peer_service: 'inventory' });
  jobDuration.observe({ queue: 'orders', outcome: 'success' }, 0.1);
  const shown = new Set(parseExposition(await registry.metrics()).samples.map(({ name }) => name));
  const ours = RUNTIME_METRICS.flatMap(({ metric, over }) => (over ? [metric, over] : [metric])).filter(
    (metric) => /^(db_client_(operation|connection_wait)|http_client|job)_/.test(metric),
  );
  expect(ours.length).toBeGreaterThanOrEqual(9);
  expect(ours.filter((metric) => !shown.has(metric))).toEqual([]);
});
