import type { Facts } from '../facts/index.ts';
import { wasAway } from '../facts/instances.ts';
import { type Cause, type Claim, figure, reason, strength, when } from './cause.ts';
import { moved, saturation } from './symptoms.ts';

/** Less than this many times the usual share of requests is the mix of operations, not retries. */
const MIN_AMPLIFICATION = 1.3;

/** Who calls it, by the incident's traces; the entry service where they do not say. */
const callerOf = (facts: Facts, service: string): string =>
  facts.shifts.find(({ place }) => place.service === service && place.caller !== null)?.place.caller ??
  facts.entryService;

/** More requests alone may be what users want: somebody must have sent something again, more than before. */
const wereRetries = (facts: Facts): boolean =>
  facts.retries.resends > 0.1 ||
  facts.retries.client.during > 1.1 * facts.retries.client.steady ||
  moved(facts, 'http.client.retry.rate').length > 0;

const clientRetries = ({ retries: { client } }: Facts) =>
  when(client.during > 1.1 * client.steady, () =>
    reason(
      'client',
      1.2 * strength(client.during / client.steady - 1, 0.5),
      `each request of the client became ${figure(client.during)} attempts, against ${figure(client.steady)} in steady`,
    ),
  );

const overloaded = (facts: Facts, service: string) => {
  const full = saturation(facts, service);
  if (full.waiting > 0) {
    return [
      reason(
        'resource',
        3.5 * strength(full.waiting, 10),
        `${figure(full.waiting)} requests queued for ${service}'s capacity, which was used up: its queue feeds on the retries`,
        { from: full.from },
      ),
    ];
  }
  if (full.known)
    return [reason('absence', -3, `${service}'s capacity was not used up: the retries did not keep it down`)];
  return [reason('absence', -1.5, `nothing says whether ${service} was overloaded or only slow`)];
};

const claimOf = (
  facts: Facts,
  { service, amplification, perEntry }: Facts['retries']['downstream'][number],
): Claim => ({
  service: callerOf(facts, service),
  dependency: service,
  operation: 'client',
  kind: 'retry',
  instances: [],
  reasons: [
    reason(
      'retries',
      2.5 * strength(amplification - 1, 0.8),
      `${service} got ${figure(perEntry)} requests for each of ${facts.entryService}'s, ${figure(amplification)} times its usual share`,
      {
        traceIds: facts.retries.resendTraceIds,
      },
    ),
    ...when(facts.retries.resends > 0.1, () =>
      reason(
        'retries',
        1.2 * strength(facts.retries.resends, 1),
        `the requests looked at sent ${figure(facts.retries.resends)} calls again each`,
        { traceIds: facts.retries.resendTraceIds },
      ),
    ),
    ...clientRetries(facts),
    ...overloaded(facts, service),
    ...when(
      facts.missing.some((one) => one.service === service && wasAway(one)),
      () => reason('missing-instance', -2, `an instance of ${service} was gone: the retries came of that`),
    ),
  ],
});

/** Retries that keep a callee overloaded. Amplification alone is not enough: every time-out is tried again. */
export const retry: Cause = (facts) =>
  facts.retries.downstream
    .filter(() => wereRetries(facts))
    .filter(({ amplification }) => amplification >= MIN_AMPLIFICATION)
    .map((one) => claimOf(facts, one));
