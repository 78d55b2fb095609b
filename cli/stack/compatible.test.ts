import { expect, test } from 'vitest';
import type { ObsctlError } from '../shared/errors.ts';
import { assertCompatible } from './compatible.ts';
import type { StackStatus, UpOptions } from './stack.ts';

const status = (baseUrl: string) =>
  ({
    replicas: [{ service: 'api' }, { service: 'api' }, { service: 'worker' }],
    ...{ endpoints: { baseUrl }, telemetry: 'grafana', profile: 'minimal' },
    retryBudget: null,
  }) as StackStatus;

const differences = (asked: UpOptions, baseUrl = 'http://127.0.0.1:4000'): string[] => {
  try {
    assertCompatible(status(baseUrl), asked);
    return [];
  } catch (error) {
    return (error as ObsctlError).details;
  }
};

test('what is not asked for may be as it is', () => {
  expect(differences({})).toEqual([]);
  expect(differences({ replicas: 2, port: 4000, telemetry: 'grafana', profile: 'minimal' })).toEqual([]);
  expect(differences({ retryBudget: null })).toEqual([]);
});

test('a port that the address does not spell out is the scheme’s own', () => {
  expect(differences({ port: 80 }, 'http://127.0.0.1')).toEqual([]);
  expect(differences({ port: 8080 }, 'http://127.0.0.1')).toEqual(['its gateway is http://127.0.0.1']);
});

test('every difference is named', () => {
  const asked: UpOptions = { replicas: 3, port: 400, telemetry: 'embedded', profile: 'full', retryBudget: 0 };
  expect(differences(asked)).toEqual([
    'it has 2 api replicas, not 3',
    'its gateway is http://127.0.0.1:4000',
    'its telemetry is grafana, not embedded',
    'its profile is minimal, not full',
    'its retry budget is none, not 0, and can only be set when it starts',
  ]);
});
