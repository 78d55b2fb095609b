import { grouped } from '../../grouped.ts';
import type { Facts } from '../facts/index.ts';
import { wasAway } from '../facts/instances.ts';
import type { Origin } from '../facts/origins.ts';
import { type Cause, type Claim, figure, percent, reason, shownBy, when } from './cause.ts';
import { endOf, wasCut } from './network-cut.ts';
import { type CacheView, cacheSystem, cachesOf, failRatio, hasFailed } from './symptoms.ts';

/** How clients word that nobody is there. */
const GONE =
  /refused|ECONN|EPIPE|ENOTFOUND|EHOSTUNREACH|closed|terminated|isn't writeable|not writeable|unreachable|shutting down|no connection/i;
const MIN_SHARE = 0.1;

const lineOf = (facts: Facts, service: string) => {
  const found = facts.templates.find(
    (one) => one.service === service && GONE.test(`${one.text} ${one.error}`),
  );
  return found
    ? [
        reason(
          'log-template',
          1,
          `a new line of ${service}: “${found.text}${found.error ? `: ${found.error}` : ''}” (${found.count} times)`,
          { traceIds: found.traceIds, from: found.from },
        ),
      ]
    : [];
};

const spans = (origins: Origin[], share: number) =>
  when(origins.length > 0, () =>
    reason(
      'error-origin',
      4 * share,
      `in ${percent(share)} of the requests looked at ${origins[0]!.place.name} failed${origins[0]!.message ? ` (“${origins[0]!.message}”)` : ''}`,
      {
        traceIds: origins[0]!.traceIds,
        from: origins[0]!.from,
      },
    ),
  );

const counted = (cache: CacheView | undefined) =>
  when(cache !== undefined && hasFailed(cache), () =>
    reason(
      'resource',
      3.5 * failRatio(cache!.during),
      `${percent(failRatio(cache!.during))} of the look-ups failed; hits went from ${figure(cache!.steady.hit)} to ${figure(cache!.during.hit)} a second`,
      {
        from: cache!.from,
      },
    ),
  );

const claimOf = (facts: Facts, origins: Origin[], cache: CacheView | undefined): Claim => {
  const place = origins[0]?.place;
  const service = place?.service ?? cache!.service;
  const share = Math.max(0, ...origins.map((one) => one.share));
  const dependency = place?.dependency ?? cacheSystem(facts, service);
  const end = place?.role === 'call' ? null : endOf(facts, dependency);
  return {
    service,
    dependency,
    operation: cache || place?.role === 'cache' ? 'GET' : (place?.operation ?? null),
    kind: 'unavailable',
    instances: shownBy(facts, service, origins),
    reasons: [
      ...counted(cache),
      ...spans(origins, share),
      ...lineOf(facts, service),
      ...when(end !== null, () => reason('missing-instance', 2, `${dependency} itself was gone: it ${end}`)),
      ...when(wasCut(facts, service, place?.dependency ?? null), () =>
        reason(
          'error-origin',
          -3.5,
          'connections were taken there and then cut, and none was refused: somebody is there',
        ),
      ),
      ...when(
        place?.role === 'call' &&
          facts.missing.some((one) => one.service === place.dependency && wasAway(one)),
        () =>
          reason(
            'missing-instance',
            -2,
            `an instance of ${place?.dependency} was gone: nobody could have answered`,
          ),
      ),
    ],
  };
};

const refused = ({ place, message, spans: all, noAnswers }: Origin): boolean =>
  place.role === 'cache' ||
  (['query', 'connect', 'acquire'].includes(place.role) && GONE.test(message)) ||
  (place.role === 'call' && noAnswers === all && GONE.test(message));

/** A dependency that is not there: connections refused or lost, at once and not after a wait. */
export const unavailable: Cause = (facts) => {
  const origins = facts.origins.filter((one) => refused(one) && one.share > one.steadyShare + MIN_SHARE / 2);
  const failed = cachesOf(facts).filter(hasFailed);
  const groups = grouped(origins, ({ place }) => `${place.service} ${place.dependency}`).filter((group) =>
    group.some(({ share }) => share >= MIN_SHARE),
  );
  const claims = groups.map((group) => {
    const { service, role } = group[0]!.place;
    return claimOf(
      facts,
      group,
      role === 'cache' ? failed.find((cache) => cache.service === service) : undefined,
    );
  });
  const told = new Set(
    groups.filter((group) => group[0]!.place.role === 'cache').map((group) => group[0]!.place.service),
  );
  return [
    ...claims,
    ...failed.filter(({ service }) => !told.has(service)).map((cache) => claimOf(facts, [], cache)),
  ];
};
