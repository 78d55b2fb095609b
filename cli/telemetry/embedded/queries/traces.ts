import type { Window } from '../../../../reports/record/common.ts';
import type { Span } from '../../../../reports/record/evidence.ts';
import { stripSpan } from '../../strip.ts';
import type { TraceSearch, TraceSummary } from '../../telemetry-source.ts';
import type { Store } from '../store.ts';
import { cut, groupBy, listParameter, oneLine, type Query } from './query.ts';

const SPANS_SQL = `
  SELECT trace_id AS "traceId", span_id AS "spanId", parent_span_id AS "parentSpanId", name, kind, service, instance,
    start_time AS start, duration, status, status_message AS "statusMessage", attributes, events, links
  FROM spans WHERE trace_id IN (SELECT unnest(string_split($1, ',')))
  ORDER BY trace_id, start_time, rowid`;

type SpanRow = Omit<Span, 'attributes' | 'events' | 'links'> & {
  attributes: string;
  events: string | null;
  links: string | null;
};

const spanOf = (row: SpanRow): Span =>
  stripSpan({
    ...row,
    attributes: JSON.parse(row.attributes),
    events: row.events === null ? [] : JSON.parse(row.events),
    links: row.links === null ? [] : JSON.parse(row.links),
  });

/** A sender that tried again may have delivered a span twice. */
const once = (spans: Span[]): Span[] => [...new Map(spans.map((span) => [span.spanId, span])).values()];

/**
 * All spans of the traces that are there, by trace id, in the order in which they started. Many clocks tell a start in
 * whole milliseconds: those that tie keep the order in which they arrived, which is that in which they ended.
 */
export const tracesQuery = (traceIds: string[]): Query<Map<string, Span[]>> => ({
  text: `${oneLine(SPANS_SQL)} -- $1: ${traceIds.length} trace ids`,
  run: async (store: Store) => {
    const rows = (await store.query(SPANS_SQL, [listParameter(traceIds)])) as unknown as SpanRow[];
    const groups = groupBy(rows.map(spanOf), ({ traceId }) => traceId);
    const value = new Map([...groups].map(([traceId, spans]) => [traceId, once(spans)]));
    return { value, rows: rows.length, truncated: false };
  },
});

const MISSING_SQL = `
  SELECT id FROM (SELECT unnest(string_split($1, ',')) AS id)
  WHERE id NOT IN (SELECT trace_id FROM spans WHERE service <> $2)`;

/** Those of the ids of which no span is there, spans of the service `except` left aside. */
export const missingQuery = (traceIds: string[], except: string): Query<string[]> => ({
  text: `${oneLine(MISSING_SQL)} -- $1: ${traceIds.length} trace ids`,
  run: async (store: Store) => {
    if (traceIds.length === 0) return { value: [], rows: 0, truncated: false };
    const rows = await store.query(MISSING_SQL, [listParameter([...new Set(traceIds)]), except]);
    return { value: rows.map(({ id }) => id as string), rows: rows.length, truncated: false };
  },
});

/** A trace belongs to the window in which its first span starts. Its root is its first span without a parent. */
const SEARCH_SQL = `
  WITH hit AS (
    SELECT DISTINCT trace_id FROM spans WHERE start_time >= $1 AND start_time < $2
  ), found AS (
    SELECT trace_id,
      arg_min(service, (parent_span_id IS NOT NULL, start_time)) AS "rootService",
      arg_min(name, (parent_span_id IS NOT NULL, start_time)) AS "rootName",
      arg_min(duration, (parent_span_id IS NOT NULL, start_time)) AS root_duration,
      min(start_time) AS start,
      max(start_time + duration) - min(start_time) AS duration,
      count(DISTINCT span_id)::INTEGER AS spans,
      (count(DISTINCT span_id) FILTER (WHERE status = 'error'))::INTEGER AS errors,
      list_sort(list(DISTINCT service)) AS services
    FROM spans WHERE trace_id IN (SELECT trace_id FROM hit) GROUP BY trace_id
  )
  SELECT trace_id AS "traceId", * EXCLUDE (trace_id, root_duration) FROM found
  WHERE start >= $1 AND start < $2
    AND ($3 IS NULL OR (errors > 0) = $3)
    AND ($4 IS NULL OR root_duration >= $4)
    AND ($5 IS NULL OR list_contains(services, $5))
  ORDER BY CASE WHEN $4 IS NULL THEN 0 ELSE -root_duration END, start, trace_id LIMIT $6`;

/** Traces of the window that fit; the slowest first where a duration is asked for, else the oldest. */
export const searchQuery = (window: Window, search: TraceSearch): Query<TraceSummary[]> => ({
  text: `${oneLine(SEARCH_SQL)} -- ${JSON.stringify(search)}`,
  run: async (store: Store) => {
    const rows = await store.query(SEARCH_SQL, [
      window.from,
      window.to,
      search.error ?? null,
      search.minDuration ?? null,
      search.service ?? null,
      search.limit + 1,
    ]);
    return cut(rows as unknown as TraceSummary[], search.limit);
  },
});
