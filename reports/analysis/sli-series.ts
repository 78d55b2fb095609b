import type { Evidence } from '../record/evidence.ts';
import type { SliSeries } from '../record/findings.ts';
import { clientPoints, sumRed, userRoutes } from './series.ts';
import { servicesOf } from './sli-table.ts';

const ratio = (failures: number, requests: number) =>
  requests > 0 ? Math.min(1, failures / requests) : null;

const ofClient = ({ client, entryService }: Evidence): SliSeries[] => {
  if (!client) return [];
  const points = clientPoints(client.overall).map((p) => ({
    t: p.t,
    requestsPerSecond: p.requests / p.seconds,
    attemptsPerSecond: p.attempts / p.seconds,
    errorRatio: ratio(p.failures, p.requests),
    p95: p.p95,
  }));
  return [{ viewpoint: 'client', service: entryService, points }];
};

const ofServer = ({ red }: Evidence, service: string): SliSeries => ({
  viewpoint: 'server',
  service,
  points: sumRed(userRoutes(red, service)).points.map((p) => ({
    t: p.t,
    requestsPerSecond: p.rate,
    attemptsPerSecond: null,
    errorRatio: ratio(p.failures, p.requests),
    p95: p.p95,
  })),
});

/** What the client and each service saw, second by second. */
export const sliSeries = (evidence: Evidence): SliSeries[] => [
  ...ofClient(evidence),
  ...servicesOf(evidence).map((service) => ofServer(evidence, service)),
];
