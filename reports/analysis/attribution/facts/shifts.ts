import type { Case, Cohorts } from './cohorts.ts';
import { type Place, placeKey, placeOf } from './place.ts';

/** How much more of the wait a place took than in steady requests of the same operation. */
export interface Shift {
  place: Place;
  /** Nobody waited for it: part of the work that requests leave behind. */
  background: boolean;
  /** Seconds more than in steady, over all slow or failed requests of the incident together. */
  excess: number;
  /** Of the seconds that all places took more (of the same side, waited for or background), 0..1. */
  share: number;
  /** The share, less where the added wait is so small that nobody felt it: what it counts for. */
  weight: number;
  /** Seconds of its own, median of the requests in which it took more; and what those usually take, null = unknown. */
  during: number;
  steady: number | null;
  /** Requests in which it took more than usual; of these those in which the callee's own span is there (of calls). */
  traces: number;
  answered: number;
  traceIds: string[];
  instances: string[];
  /** When the first of those requests ended. */
  from: number;
}

interface Own {
  place: Place;
  background: boolean;
  seconds: number;
  answered: boolean;
  instances: Set<string>;
}

type OwnTimes = Map<string, Own>;

const middle = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
};

/** Own seconds of one request by place. */
const ownTimes = ({ tree }: Case, clientService: string): OwnTimes => {
  const times: OwnTimes = new Map();
  for (const node of tree.nodes) {
    if (node.span.service === clientService) continue;
    const place = placeOf(node);
    const key = `${placeKey(place)}\u0000${node.async}`;
    const own = times.get(key) ?? {
      place,
      background: node.async,
      seconds: 0,
      answered: false,
      instances: new Set(),
    };
    own.seconds += node.exclusive;
    own.answered ||= node.children.some(({ span }) => span.kind === 'server');
    own.instances.add(node.span.instance);
    times.set(key, own);
  }
  return times;
};

interface Usual {
  requests: number;
  /** Seconds over all steady requests of the operation. */
  places: Map<string, Own>;
}

const usualTimes = (cases: Case[], clientService: string): Map<string, Usual> => {
  const byOperation = new Map<string, Usual>();
  for (const one of cases) {
    const usual = byOperation.get(one.operation) ?? { requests: 0, places: new Map() };
    usual.requests++;
    for (const [key, own] of ownTimes(one, clientService)) {
      const sum = usual.places.get(key);
      if (sum) sum.seconds += own.seconds;
      else usual.places.set(key, own);
    }
    byOperation.set(one.operation, usual);
  }
  return byOperation;
};

/** A wait that grew by this much a request counts half, seconds. */
const HALF_FELT = 0.015;
/** A place took more than usual in a request when it took this much more, seconds. */
const MIN_EXCESS = 0.005;

interface Growth
  extends Pick<Shift, 'place' | 'background' | 'excess' | 'traces' | 'answered' | 'traceIds' | 'from'> {
  during: number[];
  usual: number[];
  instances: Set<string>;
}

const nothingYet = ({ place, background }: Own): Growth => ({
  ...{ place, background, excess: 0, traces: 0, answered: 0, traceIds: [], from: Number.POSITIVE_INFINITY },
  ...{ during: [], usual: [], instances: new Set() },
});

const add = (growth: Growth, own: Own | undefined, usual: number, one: Case): void => {
  const seconds = own?.seconds ?? 0;
  growth.excess += seconds - usual;
  if (!own || seconds - usual <= MIN_EXCESS) return;
  growth.traces++;
  growth.answered += Number(own.answered);
  growth.during.push(seconds);
  growth.usual.push(usual);
  growth.traceIds.push(one.traceId);
  growth.from = Math.min(growth.from, own.background ? one.last : one.end);
  for (const instance of own.instances) growth.instances.add(instance);
};

/** What all places of a side (waited for, or background) took more, and how far that was felt (0..1). */
const sideOf = (grown: Growth[], background: boolean, requests: number) => {
  const own = grown.filter((growth) => growth.background === background);
  const total = own.reduce((sum, { excess }) => sum + excess, 0);
  return { total, felt: 1 - 2 ** (-total / Math.max(1, requests) / HALF_FELT) };
};

const toShift = (growth: Growth, { total, felt }: { total: number; felt: number }, known: boolean): Shift => {
  const { during, usual, instances, ...rest } = growth;
  const share = rest.excess / total;
  return {
    ...rest,
    share,
    weight: share * felt,
    during: middle(during),
    steady: known ? middle(usual) : null,
    instances: [...instances].sort(),
  };
};

/** Of what somebody waited for, the requests that show what went wrong; those that went as usual are left out. */
const telling = (incident: Case[]): Case[] => {
  const bad = incident.filter(({ failed, slow }) => failed || slow);
  return bad.length > 0 ? bad : incident;
};

/**
 * Exclusive critical-path time of the incident's slow or failed requests against the steady cohort, place by place,
 * most seconds first. A place that a request lacks counts as less than usual there; one that took no more in all is left
 * out, and so are operations of which there is no steady request (unless there is none at all).
 */
export const shiftsOf = ({ steady, incident }: Cohorts, clientService: string): Shift[] => {
  const usual = usualTimes(steady, clientService);
  const known = steady.length > 0;
  const cases = incident.filter(({ operation }) => !known || usual.has(operation));
  const waited = new Set(telling(cases));
  const all = new Map<string, Growth>();
  for (const one of cases) {
    const own = ownTimes(one, clientService);
    const before = usual.get(one.operation);
    for (const key of new Set([...own.keys(), ...(before?.places.keys() ?? [])])) {
      const sample = own.get(key) ?? before!.places.get(key)!;
      if (!sample.background && !waited.has(one)) continue;
      const growth = all.get(key) ?? nothingYet(sample);
      add(growth, own.get(key), (before?.places.get(key)?.seconds ?? 0) / (before?.requests ?? 1), one);
      all.set(key, growth);
    }
  }
  const grown = [...all.values()].filter(({ excess, traces }) => excess > 0 && traces > 0);
  const sides = [sideOf(grown, false, waited.size), sideOf(grown, true, cases.length)];
  return grown
    .map((growth) => toShift(growth, sides[Number(growth.background)]!, known))
    .sort((a, b) => b.excess - a.excess || (placeKey(a.place) < placeKey(b.place) ? -1 : 1));
};
