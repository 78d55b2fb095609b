import { grouped } from '../../grouped.ts';
import type { Facts } from '../facts/index.ts';
import type { Shift } from '../facts/shifts.ts';
import {
  type Cause,
  type Claim,
  figure,
  percent,
  reason,
  shownBy,
  strength,
  took,
  usually,
  when,
} from './cause.ts';
import { cachesOf, fetchesLess, hasCollapsed, lockWaiters, shareOf, weightOf } from './symptoms.ts';
import { onTheWay } from './way.ts';

/** A place must carry this share of the added wait to be a suspect. */
const MIN_SHARE = 0.1;

const byCache = (facts: Facts, service: string) =>
  when(
    cachesOf(facts).some((cache) => cache.service === service && hasCollapsed(cache)) &&
      !fetchesLess(facts, service),
    () =>
      reason(
        'resource',
        -2.5,
        'the cache let far more through to the database than before: it was busier, not stuck',
      ),
  );

const claimOf = (facts: Facts, shifts: Shift[]): Claim => {
  const [worst] = shifts;
  const { service, dependency } = worst!.place;
  const share = shareOf(shifts);
  const locks = lockWaiters(facts);
  return {
    service,
    dependency,
    operation: 'query',
    kind: locks ? 'lock' : 'latency',
    instances: shownBy(facts, service, shifts),
    reasons: [
      reason(
        'critical-path',
        3.5 * weightOf(shifts),
        `${percent(share)} of the added wait is statements of ${service}: ${took(worst!.during)} in ${worst!.place.name}${usually(worst!.steady)}`,
        {
          traceIds: worst!.traceIds,
          from: worst!.from,
        },
      ),
      ...when(locks !== null, () =>
        reason(
          'resource',
          3.5 * Math.max(strength(locks!.during, 1), strength(locks!.abnormal, 0.2)),
          `up to ${figure(locks!.peak)} sessions of the database waited for a lock, some in ${percent(locks!.abnormal)} of the scrapes`,
          {
            from: locks!.from,
          },
        ),
      ),
      ...byCache(facts, service),
      // The same facts, read against it: what was on the way was not in the statements.
      ...onTheWay(facts, service).map(({ text, weight }) => reason('absence', -weight, text)),
    ],
  };
};

/** Statements that take long: with waiters on a lock it is the lock, else the database's own time. */
export const lock: Cause = (facts) => {
  const queries = facts.shifts.filter(({ place, background }) => !background && place.role === 'query');
  return grouped(queries, ({ place }) => `${place.service} ${place.dependency}`)
    .filter((shifts) => shareOf(shifts) >= MIN_SHARE)
    .map((shifts) => claimOf(facts, shifts));
};
