import { grouped } from '../../grouped.ts';
import type { Facts } from '../facts/index.ts';
import { wasAway } from '../facts/instances.ts';
import type { Origin } from '../facts/origins.ts';
import {
  type Cause,
  type Claim,
  figure,
  percent,
  reason,
  shareOfAll,
  shareOfFailed,
  shownBy,
  took,
  when,
} from './cause.ts';
import { blockedLoops, busyCpus, saturation, waitsIn, weightOf } from './symptoms.ts';

const WORDS = /time.?d?.?out|timeout|deadline|no answer within|aborted/i;
/** Calls that all last the same end by the caller's clock: p90 over p10 below this, and not in no time. */
const CAPPED = { spread: 1.35, seconds: 0.08 };
const MIN_SHARE = 0.1;

/** A call whose caller gave up: it says so, or it always lasts as long as the caller's patience. */
export const gaveUp = ({ place, message, spread, duration, lateAnswers }: Origin): boolean =>
  place.role === 'call' &&
  (WORDS.test(message) || (lateAnswers > 0 && spread < CAPPED.spread && duration > CAPPED.seconds));

const silent = (facts: Facts, callee: string) => {
  const away = facts.missing.filter((one) => one.service === callee && wasAway(one));
  return when(away.length > 0, () =>
    reason('missing-instance', -3, `${away[0]!.instance} was not there at all`),
  );
};

/** What kept the callee itself busy or waiting: then the time-out is only what its caller felt. */
const deeper = (facts: Facts, callee: string) => {
  const loop = blockedLoops(facts, callee)[0];
  const cpu = busyCpus(facts, callee)[0];
  const database = weightOf([...waitsIn(facts, callee, 'query'), ...waitsIn(facts, callee, 'acquire')]);
  return [
    ...when(loop !== undefined, () =>
      reason('resource', -3, `the event loop of ${loop!.instance} was delayed by ${took(loop!.during)}`),
    ),
    ...when(cpu !== undefined, () =>
      reason(
        'resource',
        -3,
        `${cpu!.instance} used ${figure(cpu!.during)} cores: more than its traffic explains`,
      ),
    ),
    ...when(database > 0.3, () =>
      reason('critical-path', -3, `${callee} itself waited for its database most of the time`),
    ),
  ];
};

const capacity = (facts: Facts, callee: string, otherwise: boolean) => {
  const full = saturation(facts, callee);
  if (full.waiting > 0)
    return [
      reason(
        'resource',
        -1.5,
        `${callee}'s capacity was used up, so that the time-outs are what a queue looks like`,
      ),
    ];
  return when(full.known && otherwise, () =>
    reason(
      'absence',
      0.8,
      `${callee}'s capacity was not used up: it held the calls for another reason than load`,
    ),
  );
};

const claimOf = (facts: Facts, origins: Origin[]): Claim => {
  const [first] = origins;
  const { service, dependency, name } = first!.place;
  const share = shareOfFailed(origins);
  const handled = shareOfAll(origins);
  const late = origins.reduce((sum, one) => sum + one.lateAnswers, 0);
  const calls = origins.reduce((sum, one) => sum + one.spans, 0);
  const busy = deeper(facts, dependency ?? '');
  return {
    service,
    dependency,
    operation: 'client',
    kind: 'timeout',
    instances: shownBy(facts, service, origins),
    reasons: [
      reason(
        'error-origin',
        4 * Math.max(share, 0.7 * handled),
        `in ${percent(share)} of the failed requests ${name} to ${dependency ?? 'its callee'} was given up after ${took(first!.duration)}${first!.message ? ` (“${first!.message}”)` : ''}`,
        {
          traceIds: first!.traceIds,
          from: first!.from,
        },
      ),
      ...when(late > 0, () =>
        reason(
          'critical-path',
          1.5 * (late / calls),
          `${late} of ${calls} such calls were still being served when their caller had left`,
          { traceIds: first!.traceIds },
        ),
      ),
      ...capacity(facts, dependency ?? '', busy.length === 0),
      ...busy,
      ...silent(facts, dependency ?? ''),
    ],
  };
};

/** Calls that the caller gives up while the callee is still at work. */
export const timeout: Cause = (facts) =>
  grouped(facts.origins.filter(gaveUp), ({ place }) => `${place.service} ${place.dependency}`)
    .filter((origins) => origins.some(({ share }) => share >= MIN_SHARE))
    .map((origins) => claimOf(facts, origins));
