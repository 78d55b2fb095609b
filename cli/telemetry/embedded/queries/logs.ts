import type { Window } from '../../../../reports/record/common.ts';
import { type Log, SEVERITIES } from '../../../../reports/record/evidence.ts';
import { stripLog } from '../../strip.ts';
import type { LogSearch } from '../../telemetry-source.ts';
import type { Store } from '../store.ts';
import { cut, listParameter, oneLine, type Query } from './query.ts';

const SQL = `
  SELECT time, service, instance, severity, body, trace_id AS "traceId", span_id AS "spanId", attributes
  FROM logs
  WHERE time >= $1 AND time < $2
    AND severity IN (SELECT unnest(string_split($3, ',')))
    AND ($4 IS NULL OR service = $4)
    AND ($5 IS NULL OR trace_id IN (SELECT unnest(string_split($5, ','))))
  ORDER BY time, service, instance, body LIMIT $6`;

type Row = Omit<Log, 'attributes'> & { attributes: string };

const logOf = (row: Row): Log => stripLog({ ...row, attributes: JSON.parse(row.attributes) });

const describe = ({ traceIds, ...search }: LogSearch): string =>
  JSON.stringify({ ...search, ...(traceIds && { traceIds: traceIds.length }) });

/** Log lines of the window that fit, oldest first, at most `limit`. */
export const logsQuery = (window: Window, search: LogSearch): Query<Log[]> => ({
  text: `${oneLine(SQL)} -- ${describe(search)}`,
  run: async (store: Store) => {
    if (search.traceIds?.length === 0) return { value: [], rows: 0, truncated: false };
    const severities = SEVERITIES.slice(SEVERITIES.indexOf(search.minSeverity ?? 'trace'));
    const rows = (await store.query(SQL, [
      window.from,
      window.to,
      listParameter(severities),
      search.service ?? null,
      search.traceIds ? listParameter(search.traceIds) : null,
      search.limit + 1,
    ])) as unknown as Row[];
    return cut(rows.map(logOf), search.limit);
  },
});
