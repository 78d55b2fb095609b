import type { StopCondition } from '../../reports/record/indicator.ts';
import type { Experiment } from '../../reports/record/record.ts';
import { ObsctlError } from '../shared/errors.ts';
import { conditionText } from './stop-conditions.ts';

type Asked = Pick<Experiment, 'rate' | 'stopConditions'>;

const rateHolds = ({ above, below }: StopCondition, rate: number | null): string | null => {
  if (rate === null) return above === 0 ? 'every load has requests' : null;
  const holds = (above !== null && rate > above) || (below !== null && rate < below);
  return holds ? `the load itself is ${rate} requests/s` : null;
};

/** Why it holds of a system that is well, whatever is done to it; null where that cannot be said. */
const holdsAnyway = (condition: StopCondition, rate: number | null): string | null => {
  const { measure, above, below } = condition;
  if (measure === 'requests-per-second') return rateHolds(condition, rate);
  if (measure === 'p95') return above === 0 ? 'every request takes some time' : null;
  if (below !== null && below > 0) return 'where nothing fails the error ratio is 0';
  return null;
};

/** Stop conditions that are true from the start, one sentence each. */
export const trueFromTheStart = ({ rate, stopConditions }: Asked): string[] =>
  stopConditions.flatMap((condition) => {
    const why = holdsAnyway(condition, rate);
    return why ? [`stop condition "${conditionText(condition)}": true from the start, since ${why}`] : [];
  });

/** Throws USAGE with every stop condition that would end the run before anything was broken. */
export const refuseTrueFromTheStart = (asked: Asked): void => {
  const details = trueFromTheStart(asked);
  if (details.length > 0)
    throw new ObsctlError('USAGE', 'A stop condition would end the run at its start.', { details });
};
