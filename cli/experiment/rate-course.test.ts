import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { listScenarios } from '../load/catalogue.ts';
import { COURSES, requestsBetween } from './rate-course.ts';

const load = (scenario: string, rate: number | null = 10) => ({
  ...{ scenario, rate },
  durations: { warmUp: 10, steady: 30, fault: 20, recovery: 40 },
});

test.each([
  ['a constant rate', 'steady', 40, 60, 200],
  ['the crowd in the middle fifth', 'spike', 40, 60, 1000],
  ['before it, and a part of it', 'spike', 30, 50, 600],
  ['the first and the last step', 'stress', 0, 12.5, 125],
  ['the last step', 'stress', 87.5, 100, 1000],
  ['all of a stress test: four and a half times the rate on average', 'stress', 0, 100, 4500],
  ['nothing past the end', 'steady', 90, 200, 100],
])('%s', (_what, scenario, from, to, requests) =>
  expect(requestsBetween(load(scenario), from, to)).toBeCloseTo(requests, 6),
);

test('of users who set the rate nobody can say', () =>
  expect(requestsBetween(load('smoke', null), 0, 10)).toBeNull());

test('the courses are those of the scripts', () => {
  const withSteps = listScenarios().filter(({ file }) => readFileSync(file, 'utf8').includes('steps:'));
  expect(withSteps.map(({ name }) => name).sort()).toEqual(Object.keys(COURSES).sort());
  const scriptOf = (name: string) => readFileSync(withSteps.find((one) => one.name === name)!.file, 'utf8');
  const spike = [...scriptOf('spike').matchAll(/share: ([\d.]+), times: (\d+)/g)];
  expect(spike.map(([, share, times]) => ({ share: Number(share), times: Number(times) }))).toEqual(
    COURSES.spike,
  );
  expect(scriptOf('stress')).toContain(`const STEPS = ${COURSES.stress!.length};`);
  expect(scriptOf('stress')).toContain('{ share: 1 / STEPS, times: step + 1 }');
});
