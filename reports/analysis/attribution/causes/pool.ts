import type { Facts } from '../facts/index.ts';
import {
  type Cause,
  type Claim,
  figure,
  narrowed,
  percent,
  reason,
  shareOfFailed,
  strength,
  took,
  usually,
  when,
} from './cause.ts';
import { loginsFailed } from './network-cut.ts';
import {
  cachesOf,
  fetchesLess,
  hasCollapsed,
  lockWaiters,
  moved,
  resourcesNamed,
  shareOf,
  waitsIn,
  weightOf,
} from './symptoms.ts';

/** Half of what convinces: three requests that wait for a connection at a time. */
const HALF_WAITING = 3;

const database = (facts: Facts, service: string): string =>
  facts.shifts.find(({ place }) => place.service === service && place.role === 'acquire')?.place.dependency ??
  facts.origins.find(({ place }) => place.service === service && place.role === 'acquire')?.place
    .dependency ??
  'database';

const waiting = (facts: Facts, service: string) => {
  const [pending] = moved(facts, 'db.client.connection.pending_requests', service);
  const used = resourcesNamed(facts, 'db.client.connection.used', service).find(
    ({ instance }) => instance === pending?.instance,
  );
  return when(pending !== undefined, () =>
    reason(
      'resource',
      2.5 * strength(pending!.during, HALF_WAITING),
      `${figure(pending!.during)} requests waited for a connection of ${pending!.instance}'s pool${used ? `, with ${figure(used.peak)} connections in use` : ''}`,
      { from: pending!.from },
    ),
  );
};

const acquiring = (facts: Facts, service: string) => {
  const shifts = waitsIn(facts, service, 'acquire');
  const share = shareOf(shifts);
  return when(share > 0.05, () =>
    reason(
      'critical-path',
      4 * weightOf(shifts),
      `${percent(share)} of the added wait is the wait for a connection: ${took(shifts[0]!.during)}${usually(shifts[0]!.steady)}`,
      {
        traceIds: shifts[0]!.traceIds,
        from: shifts[0]!.from,
      },
    ),
  );
};

const failing = (facts: Facts, service: string) => {
  const origins = facts.origins.filter(
    ({ place, traces }) => place.service === service && place.role === 'acquire' && traces > 0,
  );
  const share = shareOfFailed(origins);
  return when(share > 0.05, () =>
    reason(
      'error-origin',
      4 * share,
      `in ${percent(share)} of the failed requests it was the wait for a connection that failed (“${origins[0]!.message}”)`,
      {
        traceIds: origins[0]!.traceIds,
        from: origins[0]!.from,
      },
    ),
  );
};

/** Statements so much slower than before, and so slow, keep connections busy whatever else waits, times and seconds. */
const SLOW_STATEMENTS = { times: 5, seconds: 0.1 };

/** Connections that are busy for long are held by slow statements: then the pool is a victim. */
const queries = (facts: Facts, service: string) => {
  const [slower] = moved(facts, 'db.client.operation.duration.mean', service);
  const measured = resourcesNamed(facts, 'db.client.operation.duration.mean', service).length > 0;
  const share = weightOf(waitsIn(facts, service, 'query'));
  const long =
    slower !== undefined &&
    slower.during > SLOW_STATEMENTS.times * slower.steady &&
    slower.during > SLOW_STATEMENTS.seconds;
  const figures = slower ? ` (${took(slower.during)} on average${usually(slower.steady)})` : '';
  if (share > 0.2 || long)
    return [
      reason(
        'critical-path',
        -3,
        `the statements themselves got slower${figures}: they kept the connections busy`,
      ),
    ];
  return when(measured && slower === undefined, () =>
    reason('absence', 0.8, 'the statements themselves took no longer than before'),
  );
};

const behindCache = (facts: Facts, service: string) =>
  when(
    cachesOf(facts).some((cache) => cache.service === service && hasCollapsed(cache)) &&
      !fetchesLess(facts, service),
    () => reason('resource', -3, 'the cache let far more through to the database than before'),
  );

const noLogins = (facts: Facts, service: string) =>
  when(loginsFailed(facts, service), () =>
    reason(
      'error-origin',
      -6,
      'new connections could not be opened: those in use hang for the same reason, and nobody holds them',
    ),
  );

const locked = (facts: Facts) =>
  when(lockWaiters(facts) !== null, () =>
    reason('resource', -2, 'sessions of the database waited for locks, each with a connection in hand'),
  );

const claimOf = (facts: Facts, service: string): Claim => ({
  service,
  dependency: database(facts, service),
  operation: 'acquire',
  kind: 'pool',
  instances: narrowed(facts, service, [
    ...moved(facts, 'db.client.connection.pending_requests', service).map(({ instance }) => instance),
    ...waitsIn(facts, service, 'acquire').flatMap(({ instances }) => instances),
  ]),
  reasons: [
    ...waiting(facts, service),
    ...acquiring(facts, service),
    ...failing(facts, service),
    ...queries(facts, service),
    ...behindCache(facts, service),
    ...locked(facts),
    ...noLogins(facts, service),
  ],
});

/** No free connection: the wait for one is long, and the statements are as fast as ever. */
export const pool: Cause = (facts) => {
  const services = new Set([
    ...moved(facts, 'db.client.connection.pending_requests').map(({ service }) => service),
    ...facts.shifts
      .filter(({ place, share }) => place.role === 'acquire' && share > 0.1)
      .map(({ place }) => place.service),
    ...facts.origins
      .filter(({ place, shareOfFailed }) => place.role === 'acquire' && shareOfFailed > 0.1)
      .map(({ place }) => place.service),
  ]);
  return [...services].sort().map((service) => claimOf(facts, service));
};
