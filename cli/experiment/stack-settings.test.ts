import { expect, test } from 'vitest';
import type { Experiment } from '../../reports/record/record.ts';
import type { StackStatus } from '../stack/stack.ts';
import { settledOn } from './stack-settings.ts';

const experiment = { title: 'T', hash: 'as planned', stack: {} } as unknown as Experiment;
const status = (apis: number, retryBudget: number | null) =>
  ({ replicas: Array.from({ length: apis }, () => ({ service: 'api' })), retryBudget }) as StackStatus;

test('a stack that is as usual adds nothing to the experiment; another one makes it another experiment', () => {
  const usual = settledOn(experiment, status(2, null));
  expect(usual.stack).toEqual({});
  const others = [status(3, null), status(2, 0.1), status(2, 0)].map((one) => settledOn(experiment, one));
  expect(others.map(({ stack }) => stack)).toEqual([
    { replicas: 3 },
    { retryBudget: 0.1 },
    { retryBudget: 0 },
  ]);
  expect(new Set([usual, ...others].map(({ hash }) => hash)).size).toBe(4);
});

test('where none is up it stays as it was planned', () =>
  expect(settledOn(experiment, null)).toBe(experiment));
