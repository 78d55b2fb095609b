import type { Phase } from '../record/common.ts';
import type { ClientPoint, Evidence } from '../record/evidence.ts';
import type { SliRow } from '../record/findings.ts';
import { isIn } from './phases.ts';
import { clientPoints, type RedPoint, sumRed, userRoutes } from './series.ts';
import { weightedMedian } from './statistics/median.ts';
import { bucketQuantile } from './statistics/quantile.ts';

const lasting = (phases: Phase[]): Phase[] => phases.filter(({ from, to }) => to > from);

const counts = (points: { requests: number; failures: number }[], { from, to }: Phase) => {
  const requests = points.reduce((sum, p) => sum + p.requests, 0);
  const failures = points.reduce((sum, p) => sum + p.failures, 0);
  return {
    requests,
    failures,
    errorRatio: requests > 0 ? failures / requests : null,
    requestsPerSecond: requests / (to - from),
  };
};

/** A quantile of the typical second: the median over seconds, each weighted by its requests. */
const typical = (points: ClientPoint[], quantile: 'p50' | 'p95' | 'p99'): number | null =>
  weightedMedian(
    points.map((p) => ({ value: p[quantile] ?? 0, weight: p[quantile] === null ? 0 : p.requests })),
  );

const clientRow = (all: ClientPoint[], service: string, phase: Phase): SliRow => {
  const points = all.filter((point) => isIn(point, phase));
  return {
    viewpoint: 'client',
    service,
    phase: phase.name,
    ...counts(points, phase),
    p50: typical(points, 'p50'),
    p95: typical(points, 'p95'),
    p99: typical(points, 'p99'),
  };
};

const serverRow = (all: RedPoint[], bounds: number[], service: string, phase: Phase): SliRow => {
  const points = all.filter((point) => isIn(point, phase));
  const buckets = points.reduce<number[]>(
    (sum, p) => sum.map((count, i) => count + (p.buckets[i] ?? 0)),
    new Array<number>(bounds.length + 1).fill(0),
  );
  return {
    viewpoint: 'server',
    service,
    phase: phase.name,
    ...counts(points, phase),
    p50: bucketQuantile(0.5, bounds, buckets),
    p95: bucketQuantile(0.95, bounds, buckets),
    p99: bucketQuantile(0.99, bounds, buckets),
  };
};

/** Services with request metrics, the entry service first. */
export const servicesOf = ({ red, entryService }: Pick<Evidence, 'red' | 'entryService'>): string[] => {
  const names = [...new Set(userRoutes(red, null).map(({ service }) => service))].sort();
  return [...names.filter((name) => name === entryService), ...names.filter((name) => name !== entryService)];
};

/**
 * SLIs by phase as the client and as each service saw them. The client's quantiles are those of the typical
 * second; the servers' come from the phase's whole histogram.
 */
export const sliTable = (evidence: Evidence): SliRow[] => {
  const phases = lasting(evidence.phases);
  const points = clientPoints(evidence.client?.overall ?? []);
  const client =
    evidence.client === null ? [] : phases.map((phase) => clientRow(points, evidence.entryService, phase));
  const server = servicesOf(evidence).flatMap((service) => {
    const sums = sumRed(userRoutes(evidence.red, service));
    return phases.map((phase) => serverRow(sums.points, sums.bounds, service, phase));
  });
  return [...client, ...server];
};
