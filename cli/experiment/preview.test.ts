import { expect, test } from 'vitest';
import { listScenarios } from '../load/catalogue.ts';
import { parseExperiment } from './file/read.ts';
import { previewOf } from './preview.ts';

const TEXT = `
title: Two of them
load: { scenario: steady, rate: 40 }
phases: { warmUp: 5s, steady: 20s, fault: 20s, recovery: 30s }
hypothesis: [{ measure: error-ratio, atMost: 0.01 }]
faults:
  - { fault: downstream-timeout, at: 10s, target: { rate: 0.5 } }
  - { fault: latency, lease: 5s }
stopConditions: [{ measure: p95, above: 5s, for: 3s }]
recoveryWithin: 12s
objectives: [shop]
`;

test('the timeline in its order, who is struck, and what has to hold', () => {
  const { experiment } = parseExperiment(TEXT, 'x.yaml', { scenarios: listScenarios() });
  const { timeline, faults, requests, conditions } = previewOf(experiment, [
    { names: ['inventory-1'], replicas: 1 },
    { names: ['api-1', 'api-2'], replicas: 2 },
  ]);
  expect(timeline.map(({ at, what }) => `${at} ${what}`)).toEqual([
    '0 warm-up',
    '5 steady',
    '25 fault',
    '25 latency on api-1, api-2',
    '30 latency is cleared: what it left drains within 1 s',
    '35 downstream-timeout on inventory-1',
    '45 downstream-timeout is cleared: what it left drains within 2 s',
    '45 recovery',
    '75 end',
  ]);
  expect(faults.map(({ affected }) => affected.requests)).toEqual([50, 200]);
  expect(requests).toBe(3000);
  expect(conditions).toEqual([
    expect.stringMatching(/^before, after: error ratio .* at most 1 %$/),
    expect.stringMatching(/^stops at: p95 above 5 s for 3 s$/),
    "recovered within 12 s of the fault phase's end",
    'objectives: shop',
  ]);
});
