import type { DuckDBValue } from '@duckdb/node-api';
import type { Store } from '../store.ts';

/** One question in SQL: its text as the record quotes it, and how its answer is read. */
export interface Query<T> {
  text: string;
  run: (store: Store) => Promise<QueryResult<T>>;
}

export interface QueryResult<T> {
  value: T;
  rows: number;
  /** True when a limit cut the answer. */
  truncated: boolean;
}

/** SQL on one line, for the record. */
export const oneLine = (sql: string): string => sql.replace(/\s+/g, ' ').trim();

/** A list as one parameter: `IN (SELECT unnest(string_split($n, ',')))`. The items must not hold a comma. */
export const listParameter = (items: string[]): DuckDBValue => items.join(',');

/** The first `limit` of what was asked with `limit + 1`, and whether there was more. */
export const cut = <T>(rows: T[], limit: number): QueryResult<T[]> => ({
  value: rows.slice(0, limit),
  rows: Math.min(rows.length, limit),
  truncated: rows.length > limit,
});

/** Items by key, both in the order they came. */
export const groupBy = <T, K>(items: T[], keyOf: (item: T) => K): Map<K, T[]> => {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
};
