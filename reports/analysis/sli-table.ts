import type { Phase } from '../record/common.ts';
import type { ClientPoint, Evidence } from '../record/evidence.ts';
import type { SliRow } from '../record/findings.ts';
import { isIn } from './phases.ts';
import { addBuckets, clientPoints, type RedPoint, sumRed, userRoutes } from './series.ts';
import { bucketQuantile } from './statistics/quantile.ts';
import { mergeSketches, sketchQuantile } from './statistics/sketch.ts';

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

const clientRow = (all: ClientPoint[], service: string, phase: Phase): SliRow => {
  const points = all.filter((point) => isIn(point, phase));
  const durations = mergeSketches(points.map(({ histogram }) => histogram));
  return {
    viewpoint: 'client',
    service,
    phase: phase.name,
    ...counts(points, phase),
    p50: sketchQuantile(0.5, durations),
    p95: sketchQuantile(0.95, durations),
    p99: sketchQuantile(0.99, durations),
  };
};

const serverRow = (all: RedPoint[], bounds: number[], service: string, phase: Phase): SliRow => {
  const points = all.filter((point) => isIn(point, phase));
  const buckets = addBuckets(points, bounds);
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
 * SLIs by phase as the client and as each service saw them. Quantiles come from all durations of
 * the phase: the client's within 1 %, the servers' interpolated within the buckets of their histograms.
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
