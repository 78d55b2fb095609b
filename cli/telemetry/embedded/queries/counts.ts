import type { Window } from '../../../../reports/record/common.ts';
import type { ServedCount } from '../../telemetry-source.ts';
import type { Store } from '../store.ts';
import { groupBy, oneLine, type Query } from './query.ts';

/** What the counter grew by between one scrape and the next, summed over the scrapes of the window. */
const METRICS_SQL = `
  WITH counter AS MATERIALIZED (
    SELECT id, coalesce(labels->>'http_route', '') AS route, coalesce(labels->>'http_request_method', '') AS method
    FROM series WHERE metric = 'http_server_request_duration_seconds_count' AND service = $3
  )
  SELECT route, method, sum(increase) AS requests FROM samples JOIN counter ON counter.id = series_id
  WHERE increase IS NOT NULL AND t >= $1 AND t < $2
  GROUP BY ALL ORDER BY ALL`;

/** A sender that tried again may have delivered a span twice. */
const SPANS_SQL = `
  SELECT coalesce(attributes::JSON->>'http.route', '') AS route,
    coalesce(attributes::JSON->>'http.request.method', '') AS method,
    count(DISTINCT (trace_id, span_id))::INTEGER AS requests
  FROM spans
  WHERE kind = 'server' AND service = $3 AND start_time + duration >= $1 AND start_time + duration < $2
  GROUP BY ALL ORDER BY ALL`;

interface Row {
  route: string;
  method: string;
  requests: number;
}

/** Both places are asked in the same store: what one of them does not show, it counted zero times. */
const countOf = (of: Row[] = []): number => of[0]?.requests ?? 0;

const joined = (metrics: Row[], spans: Row[]): ServedCount[] => {
  const keyOf = ({ route, method }: Row) => JSON.stringify([route, method]);
  const [counted, traced] = [groupBy(metrics, keyOf), groupBy(spans, keyOf)];
  return [...new Set([...counted.keys(), ...traced.keys()])].map((key) => {
    const [route, method] = JSON.parse(key) as [string, string];
    return {
      ...{ route, method },
      metrics: countOf(counted.get(key)),
      spans: countOf(traced.get(key)),
    };
  });
};

/** Requests that the service served and ended in the window, by route and method: of its histogram, and of its server spans. */
export const countsQuery = (window: Window, service: string): Query<ServedCount[]> => ({
  text: `${oneLine(METRICS_SQL)}; ${oneLine(SPANS_SQL)} -- ${JSON.stringify({ service })}`,
  run: async (store: Store) => {
    const values = [window.from, window.to, service];
    const metrics = (await store.query(METRICS_SQL, values)) as unknown as Row[];
    const spans = (await store.query(SPANS_SQL, values)) as unknown as Row[];
    return { value: joined(metrics, spans), rows: metrics.length + spans.length, truncated: false };
  },
});
