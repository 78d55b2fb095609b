import type { RuntimeName } from '../../../record/evidence.ts';
import type { Facts } from '../facts/index.ts';
import type { ResourceShift } from '../facts/resources.ts';
import type { Shift } from '../facts/shifts.ts';

/** A series has moved above this robust z (Iglewicz and Hoaglin propose 3.5; the SLIs use 4). */
export const MOVED = 4;

/** The series of that name, of one service where given, the one that moved most first. */
export const resourcesNamed = (facts: Facts, name: RuntimeName, service?: string): ResourceShift[] =>
  facts.resources
    .filter((one) => one.name === name && (service === undefined || one.service === service))
    .sort((a, b) => b.z - a.z || (a.instance < b.instance ? -1 : 1));

/** Of these, those whose median in the window left the steady phase. */
export const moved = (facts: Facts, name: RuntimeName, service?: string): ResourceShift[] =>
  resourcesNamed(facts, name, service).filter(({ z }) => z > MOVED);

/** Shifts of what somebody waited for, of one service and role. */
export const waitsIn = (facts: Facts, service: string, role: Shift['place']['role']): Shift[] =>
  facts.shifts.filter(
    ({ place, background }) => !background && place.service === service && place.role === role,
  );

export const shareOf = (shifts: Shift[]): number => shifts.reduce((sum, { share }) => sum + share, 0);

/** What they count for together: their share, as far as it was felt. */
export const weightOf = (shifts: Shift[]): number => shifts.reduce((sum, { weight }) => sum + weight, 0);

/** CPU beyond what the traffic explains: cores more than the steady use scaled by the growth in requests. */
export const extraCores = (facts: Facts, cpu: ResourceShift): number =>
  cpu.during - cpu.steady * Math.max(1, facts.traffic.get(cpu.instance) ?? 1);

/** Least rise that means something, cores. */
const MIN_CORES = 0.15;

export const busyCpus = (facts: Facts, service?: string): ResourceShift[] =>
  moved(facts, 'process.cpu.utilization', service).filter((cpu) => extraCores(facts, cpu) >= MIN_CORES);

/** Delay of the event loop that users feel, seconds. */
const MIN_DELAY = 0.04;

export const blockedLoops = (facts: Facts, service?: string): ResourceShift[] =>
  moved(facts, 'nodejs.eventloop.delay.p99', service).filter(({ during }) => during >= MIN_DELAY);

/** A single thread cannot use more than this, garbage collector and I/O threads included, cores. */
export const ONE_THREAD = 1.3;

export interface CacheView {
  service: string;
  /** Look-ups per second: hits, misses, errors; in steady and during. */
  steady: { hit: number; miss: number; error: number };
  during: { hit: number; miss: number; error: number };
  from: number | null;
}

const summed = (facts: Facts, name: RuntimeName, service: string, of: 'steady' | 'during'): number =>
  resourcesNamed(facts, name, service).reduce((sum, one) => sum + Math.max(0, one[of]), 0);

const firstOf = (facts: Facts, names: RuntimeName[], service: string): number | null => {
  const times = names.flatMap((name) =>
    resourcesNamed(facts, name, service).flatMap(({ from }) => from ?? []),
  );
  return times.length > 0 ? Math.min(...times) : null;
};

/** What each service's cache did. */
export const cachesOf = (facts: Facts): CacheView[] => {
  const services = new Set(
    facts.resources.filter(({ name }) => name.startsWith('cache.')).map(({ service }) => service),
  );
  return [...services].sort().map((service) => {
    const rates = (of: 'steady' | 'during') => ({
      hit: summed(facts, 'cache.hit.rate', service, of),
      miss: summed(facts, 'cache.miss.rate', service, of),
      error: summed(facts, 'cache.error.rate', service, of),
    });
    return {
      service,
      steady: rates('steady'),
      during: rates('during'),
      from: firstOf(facts, ['cache.miss.rate', 'cache.error.rate'], service),
    };
  });
};

const ratio = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);

/** Share of look-ups that missed, of those that were answered. */
export const missRatio = ({ hit, miss }: CacheView['steady']): number => ratio(miss, hit + miss);
/** Share of all look-ups that failed. */
export const failRatio = ({ hit, miss, error }: CacheView['steady']): number =>
  ratio(error, hit + miss + error);

/** Where traffic falls, the share of misses rises by itself: their rate must have risen as well. */
const MORE_MISSES = 1.5;

/** Misses so many more that the cache no longer shields what is behind it. */
export const hasCollapsed = (cache: CacheView): boolean =>
  failRatio(cache.during) < 0.2 &&
  cache.during.miss > MORE_MISSES * cache.steady.miss &&
  missRatio(cache.during) - missRatio(cache.steady) > 0.15 &&
  missRatio(cache.during) > 0.25;

/** The service sent so much less to its database that misses cannot have been fetched there. */
export const fetchesLess = (facts: Facts, service: string): boolean => {
  const rates = resourcesNamed(facts, 'db.client.operation.rate', service);
  const sum = (of: 'steady' | 'during') => rates.reduce((total, one) => total + one[of], 0);
  return sum('steady') > 0 && sum('during') < 0.6 * sum('steady');
};

export const hasFailed = (cache: CacheView): boolean =>
  failRatio(cache.during) - failRatio(cache.steady) > 0.1;

/** The name under which the cache's spans call it. */
export const cacheSystem = (facts: Facts, service: string): string => {
  for (const { tree } of [...facts.cohorts.incident, ...facts.cohorts.steady]) {
    for (const { span } of tree.nodes) {
      const system = span.attributes['db.system.name'] ?? span.attributes['db.system'];
      if (span.service === service && (system === 'redis' || system === 'valkey' || system === 'memcached'))
        return String(system);
    }
  }
  const backend = facts.resources.find(
    ({ name, service: own }) => name.startsWith('cache.') && own === service,
  )?.labels.backend;
  return backend ?? 'cache';
};

/** Locks come and go within a scrape: waiters in so many of the scrapes are no accident. */
const OFTEN = 0.2;

/** Sessions of the database that waited for a lock, by the database's own statistics; null where there were hardly any. */
export const lockWaiters = (facts: Facts): ResourceShift | null =>
  resourcesNamed(facts, 'postgresql.sessions.lock_waiting').find(
    ({ z, abnormal }) => z > MOVED || abnormal >= OFTEN,
  ) ?? null;

/** Whether the callee's finite capacity is used up and requests queue before it; `known`: something measures it. */
export const saturation = (
  facts: Facts,
  service: string,
): { waiting: number; known: boolean; from: number | null } => {
  const series = resourcesNamed(facts, 'capacity.slots.waiting', service);
  const full = series.filter(({ z }) => z > MOVED);
  return { known: series.length > 0, waiting: full[0]?.during ?? 0, from: full[0]?.from ?? null };
};
