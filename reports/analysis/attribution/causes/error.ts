import { grouped } from '../../grouped.ts';
import type { Facts } from '../facts/index.ts';
import type { Origin } from '../facts/origins.ts';
import { type Cause, type Claim, percent, reason, shareOfFailed, shownBy, when } from './cause.ts';
import { saturation } from './symptoms.ts';

const MIN_SHARE = 0.1;

const template = (facts: Facts, service: string) => {
  const found = facts.templates.find(
    (one) => one.service === service && (one.severity === 'error' || one.severity === 'fatal'),
  );
  return found
    ? [
        reason(
          'log-template',
          0.8,
          `a new error line of ${service}: “${found.text}” (${found.count} times)`,
          {
            traceIds: found.traceIds,
            from: found.from,
          },
        ),
      ]
    : [];
};

const claimOf = (facts: Facts, origins: Origin[]): Claim => {
  const [first] = origins;
  const { service, caller, role, dependency, operation, name } = first!.place;
  const behind = role === 'handler' && caller !== null && caller !== facts.clientService;
  const share = shareOfFailed(origins);
  const message = first!.message ? ` (“${first!.message}”)` : '';
  return {
    service: behind ? caller : service,
    dependency: behind ? service : dependency,
    operation: behind ? 'client' : operation,
    kind: 'error',
    instances: behind ? [] : shownBy(facts, service, origins),
    reasons: [
      reason(
        'error-origin',
        5 * share,
        `in ${percent(share)} of the failed requests the deepest erroring span is ${name} of ${service}${message}, with nothing failing below it`,
        { traceIds: first!.traceIds, from: first!.from },
      ),
      ...template(facts, service),
      ...when(saturation(facts, service).waiting > 0, () =>
        reason('resource', -2.5, `${service}'s capacity was used up: it refused because it was overloaded`),
      ),
    ],
  };
};

/** Failures that begin in code of the service itself, or in a statement it made. */
export const error: Cause = (facts) => {
  const own = facts.origins.filter(
    ({ place, failedIds, steadyShare, share }) =>
      ['handler', 'job', 'query'].includes(place.role) && failedIds.length > 0 && share > steadyShare,
  );
  return grouped(own, ({ place }) => `${place.service} ${place.caller} ${place.role} ${place.dependency}`)
    .filter((origins) => shareOfFailed(origins) >= MIN_SHARE)
    .map((origins) => claimOf(facts, origins));
};
