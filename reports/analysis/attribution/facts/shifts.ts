import type { Case, Cohorts } from './cohorts.ts';
import { type Place, placeKey, placeOf } from './place.ts';

/** How much more of the wait a place took than in steady requests of the same operation. */
export interface Shift {
  place: Place;
  /** Nobody waited for it: part of the work that requests leave behind. */
  background: boolean;
  /** Seconds more than in steady, over all incident requests together. */
  excess: number;
  /** Of the seconds that all places took more (of the same side, waited for or background), 0..1. */
  share: number;
  /** The share, less where the added wait is so small that nobody felt it: what it counts for. */
  weight: number;
  /** Seconds of its own, median of the requests in which it took more; and what those requests usually take. */
  during: number;
  steady: number | null;
  /** Of the incident requests those in which it took more than usual. */
  traces: number;
  traceIds: string[];
  instances: string[];
  /** When the first of those requests ended. */
  from: number;
}

interface Sum {
  place: Place;
  background: boolean;
  seconds: number;
  instances: Set<string>;
}

const middle = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
};

/** Own seconds of one request by place. */
const ownTimes = ({ tree }: Case, clientService: string): Map<string, Sum> => {
  const sums = new Map<string, Sum>();
  for (const node of tree.nodes) {
    if (node.span.service === clientService) continue;
    const place = placeOf(node);
    const key = `${placeKey(place)}\u0000${node.async}`;
    const sum = sums.get(key) ?? { place, background: node.async, seconds: 0, instances: new Set() };
    sum.seconds += node.exclusive;
    sum.instances.add(node.span.instance);
    sums.set(key, sum);
  }
  return sums;
};

/** Mean own seconds of each place, by operation: what is missing in a request counts as nothing. */
const usualTimes = (cases: Case[], clientService: string) => {
  const byOperation = new Map<string, { requests: number; sums: Map<string, number> }>();
  for (const one of cases) {
    const usual = byOperation.get(one.operation) ?? { requests: 0, sums: new Map<string, number>() };
    usual.requests++;
    for (const [key, { seconds }] of ownTimes(one, clientService)) {
      usual.sums.set(key, (usual.sums.get(key) ?? 0) + seconds);
    }
    byOperation.set(one.operation, usual);
  }
  return (operation: string, key: string): number => {
    const usual = byOperation.get(operation);
    return usual ? (usual.sums.get(key) ?? 0) / usual.requests : 0;
  };
};

/** A wait that grew by this much a request counts half, seconds. */
const HALF_FELT = 0.015;

/** A place took more than usual in a request when it took this much more, seconds. */
const MIN_EXCESS = 0.005;

interface Growing {
  shift: Omit<Shift, 'share' | 'weight' | 'during' | 'steady' | 'instances'>;
  during: number[];
  usual: number[];
  instances: Set<string>;
}

const grow = (all: Map<string, Growing>, key: string, sum: Sum, one: Case, usual: number): void => {
  const { place, background } = sum;
  const known = all.get(key) ?? {
    shift: { place, background, excess: 0, traces: 0, traceIds: [], from: Number.POSITIVE_INFINITY },
    during: [],
    usual: [],
    instances: new Set<string>(),
  };
  const more = sum.seconds - usual;
  known.shift.excess += more;
  if (more > MIN_EXCESS) {
    known.during.push(sum.seconds);
    known.usual.push(usual);
    known.shift.traces++;
    known.shift.traceIds.push(one.traceId);
    known.shift.from = Math.min(known.shift.from, one.end);
    for (const instance of sum.instances) known.instances.add(instance);
  }
  all.set(key, known);
};

const sorted = (values: Set<string>): string[] => [...values].sort();

/** What all places of a side (waited for, or background) took more, and how far that was felt (0..1). */
const sideOf = (grown: Growing[], background: boolean, requests: number) => {
  const own = grown.filter(({ shift }) => shift.background === background);
  const total = own.reduce((sum, { shift }) => sum + shift.excess, 0);
  return { total, felt: 1 - 2 ** (-total / Math.max(1, requests) / HALF_FELT) };
};

/**
 * Exclusive critical-path time of the incident's slow or failed requests against the steady cohort, place by place,
 * most seconds first. A place that took less than before is left out.
 */
export const shiftsOf = ({ steady, incident }: Cohorts, clientService: string): Shift[] => {
  const usual = usualTimes(steady, clientService);
  const all = new Map<string, Growing>();
  for (const one of incident) {
    for (const [key, sum] of ownTimes(one, clientService)) {
      grow(all, key, sum, one, usual(one.operation, key));
    }
  }
  const grown = [...all.values()].filter(({ shift }) => shift.excess > 0 && shift.traces > 0);
  const sides = [false, true].map((background) => sideOf(grown, background, incident.length));
  return grown
    .map(({ shift, during, usual: before, instances }) => {
      const { total, felt } = sides[Number(shift.background)]!;
      const share = shift.excess / total;
      return {
        ...shift,
        share,
        weight: share * felt,
        during: middle(during),
        steady: steady.length > 0 ? middle(before) : null,
        instances: sorted(instances),
      };
    })
    .sort((a, b) => b.excess - a.excess || (placeKey(a.place) < placeKey(b.place) ? -1 : 1));
};
