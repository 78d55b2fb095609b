import { DOUBLE, type DuckDBType, type DuckDBValue, INTEGER, VARCHAR } from '@duckdb/node-api';
import type { Log, Span } from '../../../reports/record/evidence.ts';

/** A table: its columns in order, and how each is read from a row. The one place that knows the layout. */
export interface Table<T> {
  name: string;
  /** Column with the row's time, Unix seconds; a table without one is kept whole. */
  time?: string;
  columns: { name: string; type: DuckDBType; of: (row: T) => DuckDBValue }[];
}

/** One time series of one target. `type` as its `# TYPE` line says. */
export interface SeriesRow {
  id: number;
  metric: string;
  type: string;
  service: string;
  instance: string;
  labels: Record<string, string>;
}

/**
 * One scraped value. `increase` is what a cumulative series grew by since the previous scrape of the same target
 * (`seconds` earlier), a restart counting from zero; null for gauges and for a target's first scrape.
 */
export interface SampleRow {
  series: number;
  t: number;
  value: number;
  increase: number | null;
  seconds: number | null;
}

export interface ExemplarRow {
  time: number;
  traceId: string;
  spanId: string | null;
  value: number;
  metric: string;
  service: string;
  instance: string;
  labels: Record<string, string>;
}

export const SPANS: Table<Span> = {
  name: 'spans',
  time: 'start_time',
  columns: [
    { name: 'trace_id', type: VARCHAR, of: (row) => row.traceId },
    { name: 'span_id', type: VARCHAR, of: (row) => row.spanId },
    { name: 'parent_span_id', type: VARCHAR, of: (row) => row.parentSpanId },
    { name: 'name', type: VARCHAR, of: (row) => row.name },
    { name: 'kind', type: VARCHAR, of: (row) => row.kind },
    { name: 'service', type: VARCHAR, of: (row) => row.service },
    { name: 'instance', type: VARCHAR, of: (row) => row.instance },
    { name: 'start_time', type: DOUBLE, of: (row) => row.start },
    { name: 'duration', type: DOUBLE, of: (row) => row.duration },
    { name: 'status', type: VARCHAR, of: (row) => row.status },
    { name: 'status_message', type: VARCHAR, of: (row) => row.statusMessage },
    { name: 'attributes', type: VARCHAR, of: (row) => JSON.stringify(row.attributes) },
    { name: 'events', type: VARCHAR, of: (row) => (row.events.length ? JSON.stringify(row.events) : null) },
    { name: 'links', type: VARCHAR, of: (row) => (row.links.length ? JSON.stringify(row.links) : null) },
  ],
};

export const LOGS: Table<Log> = {
  name: 'logs',
  time: 'time',
  columns: [
    { name: 'time', type: DOUBLE, of: (row) => row.time },
    { name: 'service', type: VARCHAR, of: (row) => row.service },
    { name: 'instance', type: VARCHAR, of: (row) => row.instance },
    { name: 'severity', type: VARCHAR, of: (row) => row.severity },
    { name: 'body', type: VARCHAR, of: (row) => row.body },
    { name: 'trace_id', type: VARCHAR, of: (row) => row.traceId },
    { name: 'span_id', type: VARCHAR, of: (row) => row.spanId },
    { name: 'attributes', type: VARCHAR, of: (row) => JSON.stringify(row.attributes) },
  ],
};

export const SERIES: Table<SeriesRow> = {
  name: 'series',
  columns: [
    { name: 'id', type: INTEGER, of: (row) => row.id },
    { name: 'metric', type: VARCHAR, of: (row) => row.metric },
    { name: 'type', type: VARCHAR, of: (row) => row.type },
    { name: 'service', type: VARCHAR, of: (row) => row.service },
    { name: 'instance', type: VARCHAR, of: (row) => row.instance },
    { name: 'labels', type: VARCHAR, of: (row) => JSON.stringify(row.labels) },
  ],
};

export const SAMPLES: Table<SampleRow> = {
  name: 'samples',
  time: 't',
  columns: [
    { name: 'series_id', type: INTEGER, of: (row) => row.series },
    { name: 't', type: DOUBLE, of: (row) => row.t },
    { name: 'value', type: DOUBLE, of: (row) => row.value },
    { name: 'increase', type: DOUBLE, of: (row) => row.increase },
    { name: 'seconds', type: DOUBLE, of: (row) => row.seconds },
  ],
};

export const EXEMPLARS: Table<ExemplarRow> = {
  name: 'exemplars',
  time: 'time',
  columns: [
    { name: 'time', type: DOUBLE, of: (row) => row.time },
    { name: 'trace_id', type: VARCHAR, of: (row) => row.traceId },
    { name: 'span_id', type: VARCHAR, of: (row) => row.spanId },
    { name: 'value', type: DOUBLE, of: (row) => row.value },
    { name: 'metric', type: VARCHAR, of: (row) => row.metric },
    { name: 'service', type: VARCHAR, of: (row) => row.service },
    { name: 'instance', type: VARCHAR, of: (row) => row.instance },
    { name: 'labels', type: VARCHAR, of: (row) => JSON.stringify(row.labels) },
  ],
};

// biome-ignore lint/suspicious/noExplicitAny: a list of tables of different rows
export const TABLES: Table<any>[] = [SPANS, LOGS, SERIES, SAMPLES, EXEMPLARS];

/** `CREATE TABLE` of a table's columns. */
export const createTable = (table: Table<never>): string =>
  `CREATE TABLE IF NOT EXISTS ${table.name} (${table.columns.map(({ name, type }) => `${name} ${type}`).join(', ')})`;
