import { expect, test } from 'vitest';
import type { ScenarioInfo } from '../load/load-driver.ts';
import { type PlanInput, planExperiment, totalDuration } from './plan.ts';
import { injectionOf } from './planned-injection.ts';

const scenario: ScenarioInfo = {
  name: 'steady',
  aliases: [],
  title: '',
  model: 'open',
  defaults: { rate: 20, vus: null, duration: 60 },
  description: '',
  file: '',
};
const injection = {
  fault: 'latency',
  parameters: { ms: 800 },
  target: { rate: 0.3, seed: 1 },
  leaseSeconds: 20,
};
const input: PlanInput = {
  title: 'latency under steady',
  scenario,
  seed: 1,
  durations: { warmUp: 5, steady: 20, fault: 20, recovery: 15 },
  faults: [{ injection, at: 0, duration: 20 }],
  command: 'obsctl run --fault latency',
};

test('the hash leaves title and command line out, and nothing else', () => {
  const { hash } = planExperiment(input);
  expect(planExperiment({ ...input, title: 'other', command: 'other' }).hash).toBe(hash);
  expect(planExperiment({ ...input, rate: 21 }).hash).not.toBe(hash);
  const slower = { injection: { ...injection, parameters: { ms: 801 } }, at: 0, duration: 20 };
  expect(planExperiment({ ...input, faults: [slower] }).hash).not.toBe(hash);
  const later = { injection, at: 5, duration: 15 };
  expect(planExperiment({ ...input, faults: [later] }).hash).not.toBe(hash);
});

test('the rate is the scenario default where none was given, and the duration the sum of the phases', () => {
  const experiment = planExperiment(input);
  expect(experiment.rate).toBe(20);
  expect(totalDuration(experiment)).toBe(60);
});

test('absurd figures are refused, all at once', () => {
  const plan = () =>
    planExperiment({ ...input, rate: 1e9, durations: { warmUp: -1, steady: 1, fault: 1e5, recovery: 0 } });
  expect(plan).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      details: [
        expect.stringContaining('--warm-up -1'),
        expect.stringContaining('--steady 1'),
        expect.stringContaining('--duration 100000'),
        expect.stringContaining('--load-rate 1000000000'),
      ],
    }),
  );
});

test('each fault keeps its time and its replicas, and comes back as what a driver is told', () => {
  const onOne = { ...injection, fault: 'error', instances: ['api-2'], leaseSeconds: 5 };
  const { faults } = planExperiment({
    ...input,
    faults: [...input.faults, { injection: onOne, at: 10, duration: 5 }],
  });
  expect(faults.map(({ fault, at, duration }) => [fault, at, duration])).toEqual([
    ['latency', 0, 20],
    ['error', 10, 5],
  ]);
  expect(faults.map(injectionOf)).toEqual([injection, onOne]);
});
