import type { Options } from 'k6/options';
import { type Patience, worstCaseSeconds } from './patience.ts';
import { durationOr, rateOr, vusOr } from './settings.ts';

/** Only the tags with few values; ids go into the samples' metadata. */
const common: Options = {
  discardResponseBodies: true,
  systemTags: ['status', 'error', 'error_code', 'method', 'name', 'scenario', 'expected_response'],
};

const seconds = (value: number): string => `${Math.ceil(value * 1000)}ms`;

/** k6 takes whole numbers only: the rate by the minute allows fractions of a request per second. */
const arrivals = (rate: number) => ({ rate: Math.round(rate * 60), timeUnit: '1m' });

/** Logical requests that an iteration makes: on average, and at most. */
interface RequestsPerIteration {
  mean: number;
  most: number;
}

/**
 * Requests arrive at a constant rate whatever the answers take. All users that the worst case needs (Little's law:
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
        executor: 'constant-arrival-rate',
        ...arrivals(rate / defaults.requests.mean),
        duration: seconds(durationOr(defaults.duration)),
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
