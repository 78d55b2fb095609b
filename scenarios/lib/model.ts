import type { Options } from 'k6/options';
import { type Patience, worstCaseSeconds } from './patience.ts';
import { durationOr, ramp, rateOr, vusOr } from './settings.ts';

/** Only the tags with few values; ids go into the samples' metadata. */
const common: Options = {
  discardResponseBodies: true,
  systemTags: ['status', 'error', 'error_code', 'method', 'name', 'scenario', 'expected_response'],
};

const seconds = (value: number): string => `${Math.ceil(value * 1000)}ms`;

/** k6 takes whole numbers only: the rate by the minute allows fractions of a request per second. */
const perMinute = (rate: number): number => Math.round(rate * 60);

/** A part of the duration (a share of it) in which so many times the scenario's rate arrives. */
export interface Step {
  share: number;
  times: number;
}

const CONSTANT: Step[] = [{ share: 1, times: 1 }];

/** Users of the worst case stay within what k6 can hold on one machine; past it, iterations are dropped and counted. */
const MOST_USERS = 1000;

/**
 * From a tenth of the rate up to all of it during the ramp; then each step jumps to its rate and stays. Without a ramp all of it meets processes
 * that have just started and compiled nothing yet: a collapse there would say nothing about the platform.
 */
const arrivals = (rate: number, duration: number, steps: Step[]) => ({
  executor: 'ramping-arrival-rate' as const,
  startRate: perMinute(ramp > 0 ? rate / 10 : rate),
  timeUnit: '1m',
  stages: steps.flatMap(({ share, times }, index) => [
    { target: perMinute(rate * times), duration: seconds(index === 0 ? ramp : 0) },
    { target: perMinute(rate * times), duration: seconds(share * Math.max(0, duration - ramp)) },
  ]),
});

/** Logical requests that an iteration makes: on average, and at most. */
interface RequestsPerIteration {
  mean: number;
  most: number;
}

interface OpenDefaults {
  /** Logical requests per second. */
  rate: number;
  /** Seconds. */
  duration: number;
  requests: RequestsPerIteration;
  /** The course of the rate after the ramp; constant where absent. */
  steps?: Step[];
}

/**
 * Requests arrive at their rate (constant after the ramp, or in steps) whatever the answers take. All users that the
 * worst case needs (Little's law: the highest rate times the longest request, and a fifth more; at most MOST_USERS) are
 * there from the start, so that none is missing at its moment.
 */
export const openModel = (
  name: string,
  { rate: usualRate, duration, requests, steps = CONSTANT }: OpenDefaults,
  patience: Patience,
  thresholds: NonNullable<Options['thresholds']>,
): Options => {
  const rate = rateOr(usualRate);
  const worst = worstCaseSeconds(patience);
  const highest = rate * Math.max(...steps.map(({ times }) => times));
  const users = vusOr(Math.min(MOST_USERS, Math.ceil(highest * worst * 1.2) + 1));
  return {
    ...common,
    thresholds,
    scenarios: {
      [name]: {
        ...arrivals(rate / requests.mean, durationOr(duration), steps),
        preAllocatedVUs: users,
        maxVUs: users,
        gracefulStop: seconds(worst * requests.most + 1),
      },
    },
  };
};

/** A fixed number of users, each waiting for its answer before it asks again. */
export const closedModel = (
  name: string,
  defaults: { vus: number; duration: number },
  patience: Patience,
  thresholds: NonNullable<Options['thresholds']>,
): Options => ({
  ...common,
  thresholds,
  scenarios: {
    [name]: {
      executor: 'constant-vus',
      vus: vusOr(defaults.vus),
      duration: seconds(durationOr(defaults.duration)),
      gracefulStop: seconds(worstCaseSeconds(patience) + 1),
    },
  },
});
