import type { Experiment } from '../../reports/record/record.ts';
import type { StackStatus } from '../stack/stack.ts';
import { experimentHash } from './plan.ts';

/** Api replicas of a stack of which nothing else was asked. */
export const DEFAULT_REPLICAS = 2;

export interface StackSettings {
  replicas: number;
  /** Null: no limit. */
  retryBudget: number | null;
}

/** The settings that make it another experiment: those that are not the usual ones. */
export const unusual = ({ replicas, retryBudget }: StackSettings): Experiment['stack'] => ({
  ...(replicas === DEFAULT_REPLICAS ? {} : { replicas }),
  ...(retryBudget === null ? {} : { retryBudget }),
});

/** The experiment on the stack that is there, whose settings are part of it; null: on one that has the usual ones. */
export const settledOn = (experiment: Experiment, status: StackStatus | null): Experiment => {
  if (!status) return experiment;
  const replicas = status.replicas.filter(({ service }) => service === 'api').length;
  const { hash: _hash, ...rest } = experiment;
  const settled = { ...rest, stack: unusual({ replicas, retryBudget: status.retryBudget }) };
  return { ...settled, hash: experimentHash(settled) };
};
