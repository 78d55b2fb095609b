import type { RedSeries } from '../../../../reports/record/evidence.ts';
import type { ServedCount } from '../../telemetry-source.ts';

export type MetricCount = Omit<ServedCount, 'spans'>;

/**
 * Requests by route and method over all instances of the service: the sum of the raw counters' increases, which is last
 * less first with restarts minded and series that appear counted from zero.
 */
export const metricCounts = (red: RedSeries[], service: string): MetricCount[] => {
  const counts = new Map<string, MetricCount>();
  for (const { route, method, points } of red.filter((series) => series.service === service)) {
    const key = JSON.stringify([route, method]);
    const before = counts.get(key)?.metrics ?? 0;
    const metrics = points.reduce((total, { requests }) => total + requests, before);
    counts.set(key, { route, method, metrics });
  }
  return [...counts.values()];
};
