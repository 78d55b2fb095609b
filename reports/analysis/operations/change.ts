import type { Window } from '../../record/common.ts';
import type { ClientPoint, Evidence } from '../../record/evidence.ts';
import { isIn } from '../phases.ts';
import { addBuckets, clientPoints, type Point, type RedPoint, sumRed, userRoutes } from '../series.ts';
import type { Count } from '../statistics/fisher.ts';
import { bucketQuantile } from '../statistics/quantile.ts';
import { mergeSketches, sketchQuantile } from '../statistics/sketch.ts';

/** One operation in a window: its counts, and p95 of all its durations there, seconds. */
export interface Stretch extends Count {
  p95: number | null;
}

export interface Change {
  name: string;
  steady: Stretch;
  during: Stretch;
}

const counts = (points: Point[]): Count => ({
  requests: points.reduce((sum, p) => sum + p.requests, 0),
  failures: points.reduce((sum, p) => sum + Math.min(p.failures, p.requests), 0),
});

const change = <P extends Point>(
  name: string,
  points: P[],
  [steady, during]: [Window, Window],
  p95: (points: P[]) => number | null,
): Change => {
  const stretch = (window: Window): Stretch => {
    const own = points.filter((point) => isIn(point, window));
    return { ...counts(own), p95: p95(own) };
  };
  return { name, steady: stretch(steady), during: stretch(during) };
};

/** The client's operations in steady and in the window. */
export const clientChanges = ({ client }: Evidence, steady: Window, window: Window): Change[] =>
  (client?.operations ?? []).map(({ operation, points }) =>
    change(operation, clientPoints(points), [steady, window], (own: ClientPoint[]) =>
      sketchQuantile(0.95, mergeSketches(own.map(({ histogram }) => histogram))),
    ),
  );

/** The entry service's routes in steady and in the window. */
export const routeChanges = ({ red, entryService }: Evidence, steady: Window, window: Window): Change[] => {
  const routes = new Map<string, Evidence['red']>();
  for (const series of userRoutes(red, entryService)) {
    const name = `${series.method} ${series.route}`;
    routes.set(name, [...(routes.get(name) ?? []), series]);
  }
  return [...routes.keys()].sort().map((name) => {
    const series = routes.get(name)!;
    const { bounds, points } = sumRed(series);
    return change(name, points, [steady, window], (own: RedPoint[]) =>
      bucketQuantile(0.95, bounds, addBuckets(own, bounds)),
    );
  });
};
