import type { Spike } from '../../record/findings.ts';
import { MIN_RISE_SECONDS } from '../detection/latency.ts';
import { type Count, fisherUpperTail } from '../statistics/fisher.ts';
import type { Change } from './change.ts';

/** An error ratio that differs by chance less than one time in a hundred differs. */
const ALPHA = 0.01;
/** p95 must have risen at least this much to count. */
const MIN_FACTOR = 1.5;
/** An operation stands out when it carries more than this share of the failures beyond the steady ratio ... */
const MIN_SHARE = 0.5;
/** ... or adds at least this many times the seconds that the next one adds. */
const MIN_LEAD = 2;

const risenSeconds = ({ steady, during }: Change): number =>
  (during.p95 ?? 0) - (steady.p95 ?? during.p95 ?? 0);

const excessFailures = ({ steady, during }: Change): number =>
  during.failures - (steady.failures / Math.max(1, steady.requests)) * during.requests;

/** Whether the operation left its own steady state. */
export const isAbnormal = (kind: Spike['kind'], change: Change): boolean => {
  const { steady, during } = change;
  if (kind === 'error') return fisherUpperTail(steady, during) < ALPHA;
  const risen = risenSeconds(change);
  return risen >= MIN_RISE_SECONDS && during.p95! >= MIN_FACTOR * steady.p95!;
};

const totalOf = (changes: Change[]): Count => ({
  requests: changes.reduce((sum, { during }) => sum + during.requests, 0),
  failures: changes.reduce((sum, { during }) => sum + during.failures, 0),
});

const carriesTheErrors = (change: Change, others: Change[]): boolean => {
  const excess = others.reduce((sum, one) => sum + Math.max(0, excessFailures(one)), excessFailures(change));
  return (
    fisherUpperTail(totalOf(others), change.during) < ALPHA && excessFailures(change) > MIN_SHARE * excess
  );
};

/** Whether it differs from the others so much that a person should look there first. Nothing stands out alone. */
export const standsOut = (kind: Spike['kind'], change: Change, all: Change[]): boolean => {
  const others = all.filter((one) => one !== change);
  if (others.length === 0 || !isAbnormal(kind, change)) return false;
  if (kind === 'error') return carriesTheErrors(change, others);
  return risenSeconds(change) >= MIN_LEAD * Math.max(0, ...others.map(risenSeconds));
};
