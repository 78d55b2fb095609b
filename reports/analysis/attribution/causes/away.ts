import type { MissingInstance } from '../facts/instances.ts';
import { reason, when } from './cause.ts';

/** Against an instance's having been away: it wrote spans and log lines all the while. */
export const busyInstead = ({ exit, signsOfLife }: MissingInstance) =>
  when(exit === null && signsOfLife > 0, () =>
    reason(
      'missing-instance',
      -4,
      `${signsOfLife} of its spans and log lines are from the time without scrapes: it was busy, not away`,
    ),
  );
