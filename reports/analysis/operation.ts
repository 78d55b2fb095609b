import type { Phase } from '../record/common.ts';
import type { Evidence } from '../record/evidence.ts';
import type { DetectedSpike } from './detection/slis.ts';
import { isIn, phaseNamed } from './phases.ts';
import { clientPoints, type Point, sumRed, userRoutes } from './series.ts';
import { median } from './statistics/median.ts';

/** An operation's latency must have risen at least this much to be named. */
const MIN_FACTOR = 1.5;
/** An operation must hold at least this share of the failures beyond its steady ratio to be named. */
const MIN_SHARE = 0.5;

interface Operation {
  name: string;
  points: Point[];
}

const clientOperations = ({ client }: Evidence): Operation[] =>
  (client?.operations ?? []).map(({ operation, points }) => ({
    name: operation,
    points: clientPoints(points),
  }));

const serverRoutes = ({ red, entryService }: Evidence): Operation[] => {
  const routes = new Map<string, Evidence['red']>();
  for (const series of userRoutes(red, entryService)) {
    const name = `${series.method} ${series.route}`;
    routes.set(name, [...(routes.get(name) ?? []), series]);
  }
  return [...routes].map(([name, series]) => ({ name, points: sumRed(series).points }));
};

const sum = (points: Point[], of: (point: Point) => number) => points.reduce((total, p) => total + of(p), 0);

const excessFailures = (steady: Point[], during: Point[]): number => {
  const ratio =
    sum(steady, (p) => p.failures) /
    Math.max(
      1,
      sum(steady, (p) => p.requests),
    );
  return sum(during, (p) => p.failures) - ratio * sum(during, (p) => p.requests);
};

const typicalP95 = (points: Point[]): number =>
  median(points.flatMap(({ p95 }) => (p95 !== null && p95 > 0 ? [p95] : [])));

const latencyFactor = (steady: Point[], during: Point[]): number => {
  const factor = typicalP95(during) / typicalP95(steady);
  return Number.isFinite(factor) ? factor : 0;
};

/** The operation (client) or route (server) that moved most during the spike; null where none stands out. */
export const movedMost = ({ sli, onset, endedAt }: DetectedSpike, evidence: Evidence): string | null => {
  const steady: Phase | null = phaseNamed(evidence.phases, 'steady');
  if (!steady || sli.name === 'job-latency') return null;
  const window = { from: onset, to: endedAt ?? Number.POSITIVE_INFINITY };
  const operations = sli.viewpoint === 'client' ? clientOperations(evidence) : serverRoutes(evidence);
  const measure = sli.kind === 'error' ? excessFailures : latencyFactor;
  const moved = operations
    .map(({ name, points }) => ({
      name,
      by: measure(
        points.filter((p) => isIn(p, steady)),
        points.filter((p) => isIn(p, window)),
      ),
    }))
    .sort((a, b) => b.by - a.by || (a.name < b.name ? -1 : 1));
  const [most] = moved;
  if (!most) return null;
  const total = moved.reduce((all, { by }) => all + Math.max(0, by), 0);
  const standsOut =
    sli.kind === 'error' ? most.by > 0 && most.by >= MIN_SHARE * total : most.by >= MIN_FACTOR;
  return standsOut ? most.name : null;
};
