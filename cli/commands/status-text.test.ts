import { expect, test } from 'vitest';
import { Output } from '../shared/output.ts';
import type { StackStatus } from '../stack/stack.ts';
import { statusText } from './status-text.ts';

const output = new Output({ json: false, quiet: true, color: false });

const status = (telemetry: StackStatus['telemetry'], prometheus?: string): StackStatus => ({
  ...{
    driver: 'local',
    profile: null,
    state: 'ready',
    startedAt: 0,
    components: [],
    replicas: [],
    incidents: [],
  },
  ...{ cache: 'redis', retryBudget: null, versions: {}, error: null, telemetry },
  endpoints: {
    ...{ baseUrl: 'http://gateway', docsUrl: 'http://gateway/docs/', otlpUrl: 'http://collector' },
    backends: prometheus ? { prometheus, loki: 'http://loki', tempo: 'http://tempo' } : null,
    grafana: null,
  },
});

test('says which telemetry runs, and where its back ends are', () => {
  const text = statusText(status('grafana', 'http://prometheus'), output);
  expect(text).toMatch(/telemetry +grafana/);
  for (const name of ['prometheus', 'loki', 'tempo', 'collector']) expect(text).toContain(`http://${name}`);
});

test('with the embedded telemetry, how to get the real one', () => {
  const text = statusText(status('embedded'), output);
  expect(text).toMatch(/telemetry +embedded.*obsctl tools install/);
  expect(text).not.toContain('Prometheus http');
});

test('a stack that cannot be looked at is not called ready', () => {
  const error = 'The Docker engine does not answer';
  const text = statusText({ ...status('grafana'), error }, output);
  expect(text).toMatch(/^stack local: degraded, /);
  expect(text).toContain(error);
});
