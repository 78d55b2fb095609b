import type { Window } from '../../../../reports/record/common.ts';
import type { RedSeries } from '../../../../reports/record/evidence.ts';
import type { Store } from '../store.ts';
import { groupBy, oneLine, type Query } from './query.ts';

/** The histogram of OpenTelemetry's `http.server.request.duration`, as Prometheus writes its name. */
const METRIC = 'http_server_request_duration_seconds';

/** Increases between scrapes, summed over status codes; only the count is told apart by failure (5xx, 499). */
const SQL = `
  WITH red AS MATERIALIZED (
    SELECT id, service, instance, metric,
      coalesce(labels->>'http_route', '') AS route,
      coalesce(labels->>'http_request_method', '') AS method,
      labels->>'le' AS le,
      coalesce(TRY_CAST(labels->>'http_response_status_code' AS INTEGER), 0) AS status
    FROM series WHERE metric IN ('${METRIC}_bucket', '${METRIC}_count', '${METRIC}_sum')
  )
  SELECT service, instance, route, method, replace(metric, '${METRIC}_', '') AS part, le, t,
    max(seconds) AS seconds,
    sum(increase) AS increase,
    coalesce(sum(increase) FILTER (WHERE status >= 500 OR status = 499), 0) AS failed
  FROM samples JOIN red ON red.id = series_id
  WHERE increase IS NOT NULL AND t >= $1 AND t < $2
  GROUP BY ALL ORDER BY service, instance, route, method, t`;

interface Row {
  service: string;
  instance: string;
  route: string;
  method: string;
  part: 'bucket' | 'count' | 'sum';
  le: string | null;
  t: number;
  seconds: number;
  increase: number;
  failed: number;
}

type Point = RedSeries['points'][number];

/** Number of a `le` label; +Inf last. */
const boundOf = (le: string): number => (le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le));

/** Counts per bucket from cumulative ones: each less the one before it. */
const perBucket = (cumulative: number[]): number[] =>
  cumulative.map((count, index) => Math.max(0, count - (index > 0 ? cumulative[index - 1]! : 0)));

const pointOf = (t: number, rows: Row[], bounds: number[]): Point => {
  const count = rows.find(({ part }) => part === 'count');
  const sum = rows.find(({ part }) => part === 'sum');
  const byBound = new Map(
    rows.filter(({ le }) => le !== null).map((row) => [boundOf(row.le!), row.increase]),
  );
  const requests = count?.increase ?? 0;
  const cumulative = [...bounds.map((bound) => byBound.get(bound) ?? 0), requests];
  return {
    t,
    seconds: rows[0]!.seconds,
    requests,
    errors: count?.failed ?? 0,
    durationSum: Math.max(0, sum?.increase ?? 0),
    buckets: perBucket(cumulative),
  };
};

const seriesOf = (rows: Row[]): RedSeries => {
  const { service, instance, route, method } = rows[0]!;
  const bounds = [...new Set(rows.flatMap(({ le }) => (le === null ? [] : [boundOf(le)])))]
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const points = [...groupBy(rows, ({ t }) => t)].map(([t, atOnce]) => pointOf(t, atOnce, bounds));
  return { service, instance, route, method, bounds, points };
};

/** RED of every (service, instance, route, method) whose histogram was scraped in the window. */
export const redQuery = (window: Window): Query<RedSeries[]> => ({
  text: oneLine(SQL),
  run: async (store: Store) => {
    const rows = (await store.query(SQL, [window.from, window.to])) as unknown as Row[];
    const groups = groupBy(rows, (row) => JSON.stringify([row.service, row.instance, row.route, row.method]));
    const value = [...groups.values()].map(seriesOf);
    return { value, rows: rows.length, truncated: false };
  },
});
