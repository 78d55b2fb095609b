import type { Shift } from '../facts/shifts.ts';
import { type Cause, grouped, narrowed, percent, reason, took, when } from './cause.ts';
import { blockedLoops, busyCpus, shareOf, weightOf } from './symptoms.ts';

const MIN_SHARE = 0.2;

const steadyOf = ({ steady }: Shift): number => steady ?? 0;

/** Time of calls that the callee's own span does not account for: it was on the way. */
export const network: Cause = (facts) => {
  const calls = facts.shifts.filter(
    ({ place, background }) => !background && place.role === 'call' && place.dependency !== null,
  );
  const answered = calls.filter(
    ({ place }) =>
      !facts.origins.some(
        (origin) =>
          origin.place.service === place.service &&
          origin.place.dependency === place.dependency &&
          origin.noAnswers === origin.spans,
      ),
  );
  return grouped(answered, ({ place }) => `${place.service} ${place.dependency}`)
    .filter((shifts) => shareOf(shifts) >= MIN_SHARE)
    .map((shifts) => {
      const [worst] = shifts;
      const { service, dependency } = worst!.place;
      const share = shareOf(shifts);
      return {
        service,
        dependency,
        operation: 'connect',
        kind: 'network' as const,
        instances: narrowed(
          facts,
          service,
          shifts.flatMap(({ instances }) => instances),
        ),
        reasons: [
          reason(
            'critical-path',
            3 * weightOf(shifts),
            `${percent(share)} of the added wait passed between ${service} and ${dependency}, where neither was at work: ${took(worst!.during)}, against ${took(steadyOf(worst!))} in steady`,
            {
              traceIds: worst!.traceIds,
              from: worst!.from,
            },
          ),
          ...when(blockedLoops(facts, service).length > 0 || busyCpus(facts, service).length > 0, () =>
            reason(
              'resource',
              -3,
              `${service} itself was busy, so that answers waited for it and not on the way`,
            ),
          ),
        ],
      };
    });
};
