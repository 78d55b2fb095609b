import { grouped } from '../../grouped.ts';
import type { Facts } from '../facts/index.ts';
import type { Shift } from '../facts/shifts.ts';
import { type Cause, type Claim, percent, reason, shownBy, took, usually, when } from './cause.ts';
import { blockedLoops, busyCpus, shareOf, weightOf } from './symptoms.ts';

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
export const network: Cause = (facts) => {
  const calls = facts.shifts.filter(
    (shift) =>
      !shift.background &&
      shift.place.role === 'call' &&
      shift.place.dependency !== null &&
      !unanswered(facts, shift),
  );
  return grouped(calls, ({ place }) => `${place.service} ${place.dependency}`)
    .filter((shifts) => shareOf(shifts) >= MIN_SHARE)
    .map((shifts) => claimOf(facts, shifts));
};
