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

/**
 * From a tenth of the rate up to all of it during the ramp, then constant. Without a ramp all of it meets processes
 * that have just started and compiled nothing yet: a collapse there would say nothing about the platform.
 */
const arrivals = (rate: number, duration: number) => ({
  executor: 'ramping-arrival-rate' as const,
  startRate: perMinute(ramp > 0 ? rate / 10 : rate),
  timeUnit: '1m',
  stages: [
    { target: perMinute(rate), duration: seconds(ramp) },
    { target: perMinute(rate), duration: seconds(Math.max(0, duration - ramp)) },
  ],
});

/** Logical requests that an iteration makes: on average, and at most. */
interface RequestsPerIteration {
  mean: number;
  most: number;
}

/**
 * Requests arrive at a constant rate (after the ramp) whatever the answers take. All users that the worst case needs (Little's law:
 * rate times the longest request, and a fifth more) are there from the start, so that none is missing at its moment.
 */
export const openModel = (
  name: string,
  defaults: { rate: number; duration: number; requests: RequestsPerIteration },
  patience: Patience,
  thresholds: NonNullable<Options['thresholds']>,
): Options => {
  const rate = rateOr(defaults.rate);
  const worst = worstCaseSeconds(patience);
  const users = vusOr(Math.ceil(rate * worst * 1.2) + 1);
  return {
    ...common,
    thresholds,
    scenarios: {
      [name]: {
        ...arrivals(rate / defaults.requests.mean, durationOr(defaults.duration)),
        preAllocatedVUs: users,
        maxVUs: users,
        gracefulStop: seconds(worst * defaults.requests.most + 1),
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
