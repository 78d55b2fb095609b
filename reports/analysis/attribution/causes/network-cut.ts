import { grouped } from '../../grouped.ts';
import type { Facts } from '../facts/index.ts';
import { wasAway } from '../facts/instances.ts';
import type { Origin } from '../facts/origins.ts';
import {
  type Cause,
  type Claim,
  percent,
  reason,
  shareOfAll,
  shareOfFailed,
  shownBy,
  when,
} from './cause.ts';
import { resourcesNamed } from './symptoms.ts';

/** How clients word that a connection that was there is gone, and that nothing came on one. */
const CUT =
  /ECONNRESET|reset by peer|terminated unexpectedly|other side closed|socket hang up|EPIPE|broken pipe/i;
const SILENT =
  /connection timeout|timeout expired|ETIMEDOUT|(connect|command|read|write) timed? ?out|no answer within/i;
/** Nobody listens there, or nobody knows where it is. */
const REFUSED = /ECONNREFUSED|refused|ENOTFOUND|EHOSTUNREACH/i;
const MIN_SHARE = 0.1;

const STORES = ['query', 'connect', 'acquire', 'cache'];

/** A call without any span of the callee; what it did to a store cannot be seen. */
const gotNothing = ({ place, spans, noAnswers }: Origin): boolean =>
  STORES.includes(place.role) || (place.role === 'call' && noAnswers === spans);

/** A message may say both: a login that was given up, because nothing came. */
const isCut = (origin: Origin): boolean =>
  gotNothing(origin) && !REFUSED.test(origin.message) && CUT.test(origin.message);
const isSilent = (origin: Origin): boolean =>
  gotNothing(origin) && !REFUSED.test(origin.message) && SILENT.test(origin.message);

/** Whether anything was refused there: then nobody listened. */
export const wasRefused = (facts: Facts, service: string, dependency: string | null): boolean =>
  facts.origins.some(
    ({ place, message }) =>
      place.service === service && place.dependency === dependency && REFUSED.test(message),
  ) || facts.templates.some((one) => one.service === service && REFUSED.test(`${one.text} ${one.error}`));

/** How the dependency's own process ended, as the orchestrator wrote it down; null where it did not. */
export const endOf = (facts: Facts, dependency: string | null): string | null =>
  facts.missing.find(({ service, exit }) => service === dependency && exit !== null)?.exit ?? null;

/** Whether connections were taken there and then cut while the other end lived: a proxy takes them also for one that is gone. */
export const wasCut = (facts: Facts, service: string, dependency: string | null): boolean =>
  facts.origins.some(
    (one) => one.place.service === service && one.place.dependency === dependency && isCut(one),
  ) &&
  !wasRefused(facts, service, dependency) &&
  endOf(facts, dependency) === null;

/** A login that no answer came to: an exhausted pool opens none. */
export const loginsFailed = (facts: Facts, service: string): boolean =>
  facts.origins.some(
    (one) => one.place.service === service && one.place.role === 'connect' && (isCut(one) || isSilent(one)),
  );

/** Others that went on using the same dependency, or the dependency's own word that it was there. */
const stillThere = (facts: Facts, service: string, dependency: string): string | null => {
  if (facts.instances.has(dependency)) {
    const away = facts.missing.some((one) => one.service === dependency && wasAway(one));
    return away ? null : `${dependency} itself was there all the time`;
  }
  if (dependency !== 'postgresql') return null;
  const others = resourcesNamed(facts, 'db.client.operation.rate').filter(
    (one) => one.service !== service && one.during > 0.3 * one.steady && one.during > 0,
  );
  const names = [...new Set(others.map((one) => one.service))].sort();
  return names.length > 0 ? `${names.join(' and ')} went on using it` : null;
};

const claimOf = (facts: Facts, origins: Origin[]): Claim => {
  const [first] = origins;
  const { service, dependency, name } = first!.place;
  const lost = origins.some(isCut);
  const share = Math.max(shareOfFailed(origins), 0.9 * shareOfAll(origins));
  const there = dependency ? stillThere(facts, service, dependency) : null;
  const what = lost ? 'lost its connection' : 'got no sign of life';
  return {
    ...{ service, dependency, operation: 'connect', kind: 'network' },
    instances: shownBy(facts, service, origins),
    reasons: [
      reason(
        'error-origin',
        4.2 * share,
        `in ${percent(share)} of the failed requests ${name} to ${dependency ?? 'its callee'} ${what} (“${first!.message}”)`,
        { traceIds: first!.traceIds, from: first!.from },
      ),
      ...when(there !== null, () => reason('absence', 1.2, there!)),
      ...when(endOf(facts, dependency) !== null, () =>
        reason(
          'missing-instance',
          -3.5,
          `${dependency} itself was gone (${endOf(facts, dependency)}): there was nobody to reach`,
        ),
      ),
      ...when(lost && wasCut(facts, service, dependency), () =>
        reason(
          'absence',
          1.2,
          'no connection was refused: somebody listens there, and what is sent is cut off',
        ),
      ),
      ...when(wasRefused(facts, service, dependency), () =>
        reason('log-template', -3.5, 'connections were refused: nobody was there to listen'),
      ),
      ...when(loginsFailed(facts, service), () =>
        reason(
          'error-origin',
          1.5,
          `logins of ${service} at ${dependency} failed as well, on fresh connections`,
        ),
      ),
    ],
  };
};

/** Connections that break or fall silent under their users while the other end lives. */
export const cut: Cause = (facts) => {
  const hit = facts.origins.filter((one) => (isCut(one) || isSilent(one)) && one.share > one.steadyShare);
  return grouped(hit, ({ place }) => `${place.service} ${place.dependency}`)
    .filter((origins) => origins.some(({ share }) => share >= MIN_SHARE))
    .map((origins) => claimOf(facts, origins));
};
