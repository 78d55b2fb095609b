import type { Reason, Signal, Suspect } from '../../../record/attribution.ts';
import type { Facts } from '../facts/index.ts';
import type { Origin } from '../facts/origins.ts';

/** A suspect before the others are known: what it claims, and the reasons for and against. */
export type Claim = Pick<Suspect, 'service' | 'dependency' | 'operation' | 'kind' | 'instances' | 'reasons'>;

/** A kind of cause: reads the facts and claims what they allow. One file each. */
export type Cause = (facts: Facts) => Claim[];

interface Where {
  traceIds?: string[];
  from?: number | null;
}

const MAX_TRACES = 3;

/** A reason with its weight; rounded so that findings read the same on every machine. */
export const reason = (
  signal: Signal,
  weight: number,
  text: string,
  { traceIds = [], from = null }: Where = {},
): Reason => ({
  signal,
  text,
  weight: Math.round(weight * 1000) / 1000,
  traceIds: [...new Set(traceIds)].slice(0, MAX_TRACES),
  from: from !== null && Number.isFinite(from) ? from : null,
});

/** A reason only where it holds. */
export const when = (holds: boolean, make: () => Reason): Reason[] => (holds ? [make()] : []);

/** 0 at nothing, 0.5 at `half`, towards 1 beyond: how much a figure convinces. */
export const strength = (value: number, half: number): number =>
  value > 0 && half > 0 ? 1 - 2 ** (-value / half) : 0;

/** The instances, where they are not all of their service; else none, for it is the service then. */
export const narrowed = (facts: Facts, service: string, instances: string[]): string[] => {
  const all = facts.instances.get(service) ?? [];
  const some = [...new Set(instances)].sort();
  return some.length > 0 && some.length < all.length ? some : [];
};

/** As `narrowed`, of everything that shows it. */
export const shownBy = (facts: Facts, service: string, shown: { instances: string[] }[]): string[] =>
  narrowed(
    facts,
    service,
    shown.flatMap(({ instances }) => instances),
  );

export const percent = (ratio: number): string => `${Math.round(Math.min(1, Math.max(0, ratio)) * 100)} %`;

/** Seconds as a person reads them. */
export const took = (seconds: number): string =>
  seconds >= 1
    ? `${seconds.toFixed(2)} s`
    : `${seconds < 0.01 ? (seconds * 1000).toFixed(1) : Math.round(seconds * 1000)} ms`;

/** What it took before, where anything is known of it. */
export const usually = (steady: number | null): string =>
  steady === null ? '' : `, against ${took(steady)} in steady`;

/** Share of the incident's failed requests in which any of the origins stands, each request counted once. */
export const shareOfFailed = (origins: Origin[]): number =>
  new Set(origins.flatMap(({ failedIds }) => failedIds)).size / Math.max(1, origins[0]?.failures ?? 0);

/** The same of all requests looked at. */
export const shareOfAll = (origins: Origin[]): number =>
  new Set(origins.flatMap(({ traceIds }) => traceIds)).size / Math.max(1, origins[0]?.requests ?? 0);

export const figure = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
