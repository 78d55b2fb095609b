import type { Execution } from '../../reports/record/record.ts';
import { messageOf, ObsctlError } from '../shared/errors.ts';
import { type Stop, StopConditionMet } from './stop-conditions.ts';

/** How far a run got, and what ended it. */
export type Progress = Pick<Execution, 'status' | 'error'> & { stop: Stop | null };

export const describe = (error: unknown): string =>
  error instanceof ObsctlError ? [error.message, ...error.details].join(' ') : messageOf(error);

/** What the failure of a step says about the run. `interrupted`: by Ctrl-C, which fails whatever is under way. */
export const outcomeOf = (error: unknown, interrupted: boolean): Progress => {
  if (error instanceof StopConditionMet) return { status: 'aborted', error: error.message, stop: error.stop };
  if (error instanceof ObsctlError && error.code === 'HALTED')
    return { status: 'aborted', error: describe(error), stop: null };
  return interrupted
    ? { status: 'interrupted', error: null, stop: null }
    : { status: 'failed', error: describe(error), stop: null };
};
