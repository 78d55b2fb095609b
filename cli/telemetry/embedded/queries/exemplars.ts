import type { Window } from '../../../../reports/record/common.ts';
import type { Exemplar } from '../../../../reports/record/evidence.ts';
import type { Store } from '../store.ts';
import { cut, oneLine, type Query } from './query.ts';

const SQL = `
  SELECT DISTINCT time, trace_id AS "traceId", span_id AS "spanId", value, metric, service, instance,
    coalesce(labels->>'http_route', labels->>'queue', '') AS route,
    coalesce(labels->>'http_request_method', '') AS method,
    TRY_CAST(labels->>'http_response_status_code' AS INTEGER) AS status
  FROM exemplars
  WHERE metric IN ('http_server_request_duration_seconds', 'http_server_request_errors_total', 'job_duration_seconds')
    AND time >= $1 AND time < $2
  ORDER BY time, service, instance, metric, trace_id LIMIT $3`;

const ERRORS = 'http_server_request_errors_total';

type Row = Omit<Exemplar, 'kind' | 'origin'>;

const exemplarOf = (row: Row): Exemplar => ({
  ...row,
  kind: row.metric === ERRORS ? 'error' : 'duration',
  value: row.metric === ERRORS ? 1 : row.value,
  origin: 'metric',
});

/** Every exemplar whose observation lies in the window, oldest first, at most `limit`. */
export const exemplarsQuery = (window: Window, limit: number): Query<Exemplar[]> => ({
  text: oneLine(SQL),
  run: async (store: Store) => {
    const rows = (await store.query(SQL, [window.from, window.to, limit + 1])) as unknown as Row[];
    return cut(rows.map(exemplarOf), limit);
  },
});
