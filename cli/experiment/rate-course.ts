import type { Experiment } from '../../reports/record/record.ts';
import { totalDuration } from './plan.ts';

/** A part of the load (a share of its time after the ramp) in which so many times the rate arrives. */
export interface Step {
  share: number;
  times: number;
}

const CONSTANT: Step[] = [{ share: 1, times: 1 }];

/** By scenario, where the rate is no constant one. A test holds them against the scripts. */
export const COURSES: Record<string, Step[]> = {
  spike: [
    { share: 0.4, times: 1 },
    { share: 0.2, times: 5 },
    { share: 0.4, times: 1 },
  ],
  stress: Array.from({ length: 8 }, (_, step) => ({ share: 1 / 8, times: step + 1 })),
};

type Load = Pick<Experiment, 'scenario' | 'durations' | 'rate'>;

/** Seconds that two stretches of time have in common. */
const shared = (from: number, to: number, since: number, until: number): number =>
  Math.max(0, Math.min(to, until) - Math.max(from, since));

/**
 * Logical requests that arrive between two moments of the run, seconds from its start; null where users set the rate.
 * The ramp of the first seconds is left out: nobody counts on the warm-up.
 */
export const requestsBetween = (load: Load, from: number, to: number): number | null => {
  const { scenario, rate } = load;
  if (rate === null) return null;
  const total = totalDuration(load);
  let since = 0;
  return (COURSES[scenario] ?? CONSTANT).reduce((sum, { share, times }) => {
    const until = since + share * total;
    const seconds = shared(from, to, since, until);
    since = until;
    return sum + seconds * times * rate;
  }, 0);
};
