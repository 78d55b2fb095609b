import type { Facts } from '../facts/index.ts';
import type { Origin } from '../facts/origins.ts';
import { type Cause, type Claim, grouped, narrowed, percent, reason, took, when } from './cause.ts';
import { saturation } from './symptoms.ts';

const WORDS = /time.?d?.?out|timeout|deadline|no answer within|aborted/i;
/** Calls that all last the same end by the caller's clock: p90 over p10 below this, and not in no time. */
const CAPPED = { spread: 1.35, seconds: 0.08 };
const MIN_SHARE = 0.1;

/** A call whose caller gave up: it says so, or it always lasts as long as the caller's patience. */
export const gaveUp = ({ place, message, spread, duration, lateAnswers }: Origin): boolean =>
  place.role === 'call' &&
  (WORDS.test(message) || (lateAnswers > 0 && spread < CAPPED.spread && duration > CAPPED.seconds));

const silent = (facts: Facts, callee: string) => {
  const missing = facts.missing.filter(({ service }) => service === callee);
  return when(missing.length > 0, () =>
    reason('missing-instance', -3, `${missing[0]!.instance} was not there at all`),
  );
};

const claimOf = (facts: Facts, origins: Origin[]): Claim => {
  const [first] = origins;
  const { service, dependency, name } = first!.place;
  const share = Math.min(
    1,
    origins.reduce((sum, one) => sum + one.shareOfFailed, 0),
  );
  const handled = Math.min(
    1,
    origins.reduce((sum, one) => sum + one.share, 0),
  );
  const late = origins.reduce((sum, one) => sum + one.lateAnswers, 0);
  const calls = origins.reduce((sum, one) => sum + one.spans, 0);
  const full = saturation(facts, dependency ?? '');
  return {
    service,
    dependency,
    operation: 'client',
    kind: 'timeout',
    instances: narrowed(
      facts,
      service,
      origins.flatMap(({ instances }) => instances),
    ),
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
      ...when(full.known && full.waiting === 0, () =>
        reason(
          'absence',
          0.8,
          `${dependency}'s capacity was not used up: it held the calls for another reason than load`,
        ),
      ),
      ...when(full.waiting > 0, () =>
        reason(
          'resource',
          -1.5,
          `${dependency}'s capacity was used up, so that the time-outs are what a queue looks like`,
        ),
      ),
      ...silent(facts, dependency ?? ''),
    ],
  };
};

/** Calls that the caller gives up while the callee is still at work. */
export const timeout: Cause = (facts) =>
  grouped(facts.origins.filter(gaveUp), ({ place }) => `${place.service} ${place.dependency}`)
    .filter((origins) => origins.some(({ share }) => share >= MIN_SHARE))
    .map((origins) => claimOf(facts, origins));
