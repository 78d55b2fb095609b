import { grouped } from '../../grouped.ts';
import type { Facts } from '../facts/index.ts';
import type { Shift } from '../facts/shifts.ts';
import { type Cause, type Claim, percent, reason, shownBy, took, usually, when } from './cause.ts';
import { cut } from './network-cut.ts';
import { blockedLoops, busyCpus, lockWaiters, shareOf, weightOf } from './symptoms.ts';
import { databaseWorked, goesWithIt, onTheWay, wayIsFree } from './way.ts';

const MIN_SHARE = 0.2;

/** The callee's own span is there in at least this share of the slow calls. */
const MIN_ANSWERED = 0.5;

const answered = (shifts: Shift[]): boolean => {
  const [traces, withAnswer] = [
    shifts.reduce((n, s) => n + s.traces, 0),
    shifts.reduce((n, s) => n + s.answered, 0),
  ];
  return withAnswer >= MIN_ANSWERED * traces;
};

/** Calls that mostly got no answer at all are another matter: nobody was there, or the caller gave up. */
const unanswered = (facts: Facts, { place }: Shift): boolean => {
  const origins = facts.origins.filter(
    (origin) => origin.place.service === place.service && origin.place.dependency === place.dependency,
  );
  const [spans, none] = [
    origins.reduce((n, o) => n + o.spans, 0),
    origins.reduce((n, o) => n + o.noAnswers, 0),
  ];
  return none > spans / 2;
};

const busyEnd = (facts: Facts, end: string) =>
  when(blockedLoops(facts, end).length > 0 || busyCpus(facts, end).length > 0, () =>
    reason('resource', -3, `${end} itself was busy, so that the time may be its own and not that of the way`),
  );

const claimOf = (facts: Facts, shifts: Shift[]): Claim => {
  const [worst] = shifts;
  const { service, dependency } = worst!.place;
  const both = answered(shifts);
  const where = both
    ? `passed between ${service} and ${dependency}, where neither has a span`
    : `passed in calls of ${service} to ${dependency}, which shows nothing of what happened there`;
  return {
    service,
    dependency,
    operation: both ? 'connect' : 'client',
    kind: both ? 'network' : 'latency',
    instances: shownBy(facts, service, shifts),
    reasons: [
      reason(
        'critical-path',
        3 * weightOf(shifts),
        `${percent(shareOf(shifts))} of the added wait ${where}: ${took(worst!.during)}${usually(worst!.steady)}`,
        { traceIds: worst!.traceIds, from: worst!.from },
      ),
      ...busyEnd(facts, service),
      ...(dependency ? busyEnd(facts, dependency) : []),
    ],
  };
};

/**
 * Time of calls that the callee's own span does not account for: it was on the way. Where the callee has no spans, all
 * that can be said is that the call was slow.
 */
const calls: Cause = (facts) => {
  const slow = facts.shifts.filter(
    (shift) =>
      !shift.background &&
      shift.place.role === 'call' &&
      shift.place.dependency !== null &&
      !unanswered(facts, shift),
  );
  return grouped(slow, ({ place }) => `${place.service} ${place.dependency}`)
    .filter((shifts) => shareOf(shifts) >= MIN_SHARE)
    .map((shifts) => claimOf(facts, shifts));
};

/** Against the way: what explains slow statements without it. */
const insteadOfTheWay = (facts: Facts, service: string) => [
  ...when(lockWaiters(facts) !== null, () =>
    reason('resource', -3, 'sessions of the database waited for locks: the statements were held there'),
  ),
  ...when(databaseWorked(facts, service), () =>
    reason('resource', -3, 'the database itself was at work for as long as its callers waited'),
  ),
  ...when(wayIsFree(facts, service), () =>
    reason('critical-path', -2.5, 'statements that do nothing (such as BEGIN) were as fast as ever'),
  ),
  ...busyEnd(facts, service),
];

const databaseClaim = (facts: Facts, shifts: Shift[]): Claim[] => {
  const [worst] = shifts;
  const { service, dependency } = worst!.place;
  const proof = onTheWay(facts, service);
  if (proof.length === 0) return [];
  return [
    {
      ...{ service, dependency, operation: 'connect', kind: 'network' },
      instances: shownBy(facts, service, shifts),
      reasons: [
        reason(
          'critical-path',
          2.5 * weightOf(shifts),
          `${percent(shareOf(shifts))} of the added wait passed in statements and logins of ${service} at ${dependency}: ${took(worst!.during)} in ${worst!.place.name}${usually(worst!.steady)}`,
          { traceIds: worst!.traceIds, from: worst!.from },
        ),
        ...proof,
        ...goesWithIt(facts, service),
        ...insteadOfTheWay(facts, service),
      ],
    },
  ];
};

/** Statements and logins that all take longer while the database itself does not. */
const databases: Cause = (facts) => {
  const slow = facts.shifts.filter(
    ({ place, background }) => !background && ['query', 'connect', 'acquire'].includes(place.role),
  );
  return grouped(slow, ({ place }) => `${place.service} ${place.dependency}`)
    .filter((shifts) => shareOf(shifts) >= MIN_SHARE && shifts.some(({ place }) => place.role !== 'acquire'))
    .flatMap((shifts) => databaseClaim(facts, shifts));
};

/** A look-up by key takes a store well below a millisecond: from this on it waited, seconds. */
const SLOW_LOOKUP = 0.02;

const cacheClaim = (facts: Facts, shifts: Shift[]): Claim => {
  const [worst] = shifts;
  const { service, dependency } = worst!.place;
  return {
    ...{ service, dependency, operation: 'connect', kind: 'network' },
    instances: shownBy(facts, service, shifts),
    reasons: [
      reason(
        'critical-path',
        3.5 * weightOf(shifts),
        `${percent(shareOf(shifts))} of the added wait passed in commands of ${service} to ${dependency}, which takes a moment for each: ${took(worst!.during)} in ${worst!.place.name}${usually(worst!.steady)}`,
        { traceIds: worst!.traceIds, from: worst!.from },
      ),
      ...busyEnd(facts, service),
    ],
  };
};

/** Commands to a cache that take long without failing. */
const caches: Cause = (facts) => {
  const slow = facts.shifts.filter(
    ({ place, background, during }) => !background && place.role === 'cache' && during > SLOW_LOOKUP,
  );
  return grouped(slow, ({ place }) => `${place.service} ${place.dependency}`)
    .filter((shifts) => shareOf(shifts) >= MIN_SHARE)
    .map((shifts) => cacheClaim(facts, shifts));
};

/** The way between two parts: slow, or cut. */
export const network: Cause = (facts) => [
  ...calls(facts),
  ...databases(facts),
  ...caches(facts),
  ...cut(facts),
];
