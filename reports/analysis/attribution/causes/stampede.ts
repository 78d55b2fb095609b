import type { Node } from '../../traces/tree.ts';
import type { Facts } from '../facts/index.ts';
import { placeOf } from '../facts/place.ts';
import { type Cause, type Claim, figure, narrowed, percent, reason, strength, when } from './cause.ts';
import {
  type CacheView,
  cacheSystem,
  cachesOf,
  fetchesLess,
  hasCollapsed,
  missRatio,
  moved,
  resourcesNamed,
  shareOf,
  waitsIn,
} from './symptoms.ts';

const textOf = ({ span }: Node): string =>
  String(span.attributes['db.query.text'] ?? span.attributes['db.statement'] ?? span.name);

/** A statement with parameters may ask for something else each time. */
const PLACEHOLDER = /\$\d|\?/;

/** Statements of the incident's requests that ran while the very same one was running for another request. */
const parallelQueries = (
  facts: Facts,
  service: string,
): { count: number; of: number; traceIds: string[] } => {
  const queries = facts.cohorts.incident
    .flatMap(({ tree }) => tree.nodes)
    .filter(
      (node) =>
        node.span.service === service &&
        placeOf(node).role === 'query' &&
        /select/i.test(textOf(node)) &&
        !PLACEHOLDER.test(textOf(node)),
    )
    .sort((a, b) => a.start - b.start);
  const running = new Map<string, { end: number; traceId: string }>();
  const twins: string[] = [];
  for (const node of queries) {
    const before = running.get(textOf(node));
    if (before && before.end > node.start && before.traceId !== node.span.traceId)
      twins.push(node.span.traceId);
    if (!before || node.end > before.end)
      running.set(textOf(node), { end: node.end, traceId: node.span.traceId });
  }
  return { count: twins.length, of: queries.length, traceIds: twins };
};

const twinReason = (facts: Facts, service: string) => {
  const { count, of, traceIds } = parallelQueries(facts, service);
  return when(count >= 3, () =>
    reason(
      'critical-path',
      1.5 * strength(count / of, 0.3),
      `${count} of ${of} reads looked at ran while the same statement was running for another request`,
      { traceIds },
    ),
  );
};

const databaseWork = (facts: Facts, service: string) => {
  const share = shareOf([...waitsIn(facts, service, 'query'), ...waitsIn(facts, service, 'acquire')]);
  const [busier] = moved(facts, 'db.client.operation.rate', service);
  return [
    ...when(share > 0.3, () =>
      reason(
        'critical-path',
        1.5 * share,
        `${percent(share)} of the added wait is for the database behind the cache`,
      ),
    ),
    ...when(busier !== undefined, () =>
      reason(
        'resource',
        0.8,
        `${busier!.instance} sent ${figure(busier!.during)} statements a second, against ${figure(busier!.steady)}`,
        { from: busier!.from },
      ),
    ),
  ];
};

const claimOf = (facts: Facts, cache: CacheView): Claim => {
  const { service } = cache;
  const [before, during] = [missRatio(cache.steady), missRatio(cache.during)];
  return {
    service,
    dependency: cacheSystem(facts, service),
    operation: 'GET',
    kind: 'stampede',
    instances: narrowed(
      facts,
      service,
      resourcesNamed(facts, 'cache.miss.rate', service)
        .filter(({ z }) => z > 4)
        .map(({ instance }) => instance),
    ),
    reasons: [
      reason(
        'resource',
        5 * Math.min(1, (during - before) / 0.6),
        `${percent(during)} of the look-ups missed, against ${percent(before)} in steady (${figure(cache.during.miss)} a second, against ${figure(cache.steady.miss)}), while the cache itself answered`,
        {
          from: cache.from,
        },
      ),
      ...twinReason(facts, service),
      ...when(fetchesLess(facts, service), () =>
        reason(
          'resource',
          -4,
          `${service} sent far fewer statements to the database than before: what the cache missed was not fetched, and so not kept`,
        ),
      ),
      ...databaseWork(facts, service),
    ],
  };
};

/** The cache answers, but no longer holds what is asked for: everybody fetches the same from the database. */
export const stampede: Cause = (facts) =>
  cachesOf(facts)
    .filter(hasCollapsed)
    .map((cache) => claimOf(facts, cache));
