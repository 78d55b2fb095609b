import type { SpikeWindow } from '../../../reports/analysis/index.ts';
import type { Phase, Window } from '../../../reports/record/common.ts';
import type { ClientSeries, Exemplar } from '../../../reports/record/evidence.ts';
import { spread } from '../../shared/lists.ts';
import type { TraceSummary } from '../telemetry-source.ts';

/** Exemplars carry the end of a request, series the second it fell into: look a second further on each side. */
const SLACK_SECONDS = 1;

/** The window as traces and exemplars are looked for in it. */
export const widened = ({ from, to }: Window): Window => ({
  from: Math.max(0, from - SLACK_SECONDS),
  to: to + SLACK_SECONDS,
});

/** Before and after the window in which spans of its traces may still lie, seconds. */
const AROUND_SECONDS = 60;

/** Where the traces of a window lie in time, work that it left behind included. */
export const around = ({ from, to }: Window): Window => ({
  from: Math.max(0, from - AROUND_SECONDS),
  to: to + AROUND_SECONDS,
});

const within = ({ time }: Exemplar, { from, to }: Window): boolean => time >= from && time < to;

/** Failed as the RED errors count it: a 5xx, or 499 (the client gave up). */
const isFailed = ({ kind, status }: Exemplar): boolean =>
  kind === 'error' || (status !== null && (status >= 500 || status === 499));

const idsOf = (exemplars: Exemplar[]): string[] => [...new Set(exemplars.map(({ traceId }) => traceId))];

/**
 * Trace ids of the exemplars that stand for a spike, at most `count`. For errors the failed ones spread over the
 * window, then the slowest; for latency the slowest.
 */
export const spikeTraceIds = (exemplars: Exemplar[], spike: SpikeWindow, count: number): string[] => {
  const inside = exemplars.filter((exemplar) => within(exemplar, widened(spike)));
  const failed = spike.kind === 'error' ? spread(idsOf(inside.filter(isFailed)), count) : [];
  const slowest = inside.filter(({ kind }) => kind === 'duration').sort((a, b) => b.value - a.value);
  return [...new Set([...failed, ...idsOf(slowest)])].slice(0, count);
};

/** At most `count` traces, taken in turn from each root operation. */
export const spreadOverOperations = (found: TraceSummary[], count: number): string[] => {
  const byName = new Map<string, string[]>();
  for (const { rootName, traceId } of found) byName.set(rootName, [...(byName.get(rootName) ?? []), traceId]);
  const queues = [...byName.values()].map((ids) => spread(ids, count));
  const rounds = Math.max(0, ...queues.map(({ length }) => length));
  const taken = Array.from({ length: rounds }, (_, i) =>
    queues.flatMap((ids) => (ids[i] ? [ids[i]] : [])),
  ).flat();
  return taken.slice(0, count);
};

export const steadyPhase = (phases: Phase[]): Phase | undefined =>
  phases.find(({ name }) => name === 'steady');

/** Equal parts of a window, so that a limited search sees all of it. */
export const parts = ({ from, to }: Window, count: number): Window[] => {
  const length = (to - from) / count;
  return Array.from({ length: count }, (_, i) => ({ from: from + i * length, to: from + (i + 1) * length }));
};

const medianOf = (values: number[]): number | null => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? null : sorted[Math.floor(sorted.length / 2)]!;
};

/** The usual p95 of a logical request: the median of the steady seconds' p95 as the client saw them; seconds. */
export const steadyLatency = (client: ClientSeries | null, phases: Phase[]): number | null => {
  const steady = steadyPhase(phases);
  if (!steady || !client) return null;
  const points = client.overall.filter(({ t }) => t >= steady.from && t < steady.to);
  return medianOf(points.flatMap(({ p95 }) => (p95 === null ? [] : [p95])));
};
