import type { Window } from '../../../../reports/record/common.ts';
import { RUNTIME_UNITS, type RuntimeSeries } from '../../../../reports/record/evidence.ts';
import { RUNTIME_METRICS, type RuntimeMapping } from '../../runtime-metrics.ts';
import type { Store } from '../store.ts';
import { groupBy, listParameter, oneLine, type Query } from './query.ts';

const SQL = `
  WITH wanted AS MATERIALIZED (
    SELECT id, metric, service, instance, labels FROM series
    WHERE metric IN (SELECT unnest(string_split($1, ',')))
  )
  SELECT metric, service, instance, labels, t, value, increase, seconds
  FROM samples JOIN wanted ON wanted.id = series_id
  WHERE t >= $2 AND t < $3 AND isfinite(value)
  ORDER BY service, instance, metric, labels, t`;

interface Row {
  metric: string;
  service: string;
  instance: string;
  labels: string;
  t: number;
  value: number;
  increase: number | null;
  seconds: number | null;
}

type Labels = Record<string, string>;
type Labelled = Omit<Row, 'labels'> & { labels: Labels };

/** Labels come as the same few texts again and again: each is read once. */
const labelReader = () => {
  const known = new Map<string, Labels>();
  return (text: string): Labels => {
    const labels = known.get(text) ?? (JSON.parse(text) as Labels);
    known.set(text, labels);
    return labels;
  };
};

const pick = (labels: Labels, names: string[]): Labels =>
  Object.fromEntries(names.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])));

const matches = (labels: Labels, where: Labels): boolean =>
  Object.entries(where).every(([name, value]) => labels[name] === value);

const total = (rows: Labelled[], of: (row: Labelled) => number | null): number =>
  rows.reduce((sum, row) => sum + (of(row) ?? 0), 0);

/** The value of one series at one time; null where there is none yet (a first scrape, no job in the interval). */
const pointValue = (mapping: RuntimeMapping, rows: Labelled[]): number | null => {
  const own = rows.filter(({ metric }) => metric === mapping.metric);
  if (own.length === 0) return null;
  if (mapping.as === 'value') return total(own, ({ value }) => value);
  const known = own.filter(({ increase }) => increase !== null);
  if (known.length === 0) return null;
  const increase = total(known, (row) => row.increase);
  if (mapping.as === 'rate') return increase / known[0]!.seconds!;
  const over = total(
    rows.filter(({ metric }) => metric === mapping.over),
    (row) => row.increase,
  );
  return over > 0 ? increase / over : null;
};

const seriesOf = (mapping: RuntimeMapping, rows: Labelled[]): RuntimeSeries => ({
  name: mapping.name,
  unit: RUNTIME_UNITS[mapping.name],
  service: rows[0]!.service,
  instance: rows[0]!.instance,
  labels: pick(rows[0]!.labels, mapping.keep ?? []),
  points: [...groupBy(rows, ({ t }) => t)].flatMap(([t, atOnce]) => {
    const value = pointValue(mapping, atOnce);
    return value === null ? [] : [[t, value] as [number, number]];
  }),
});

const mapped = (mapping: RuntimeMapping, byMetric: Map<string, Labelled[]>): RuntimeSeries[] => {
  const rows = [mapping.metric, mapping.over ?? '']
    .flatMap((metric) => byMetric.get(metric) ?? [])
    .filter(({ labels }) => matches(labels, mapping.where ?? {}));
  const groups = groupBy(rows, ({ service, instance, labels }) =>
    JSON.stringify([service, instance, pick(labels, mapping.keep ?? [])]),
  );
  return [...groups.values()]
    .map((group) => seriesOf(mapping, group))
    .filter(({ points }) => points.length > 0);
};

/** The runtime series of RUNTIME_UNITS that were scraped in the window. */
export const runtimeQuery = (window: Window): Query<RuntimeSeries[]> => ({
  text: oneLine(SQL),
  run: async (store: Store) => {
    const metrics = RUNTIME_METRICS.flatMap(({ metric, over }) => (over ? [metric, over] : [metric]));
    const found = (await store.query(SQL, [
      listParameter(metrics),
      window.from,
      window.to,
    ])) as unknown as Row[];
    const labelsOf = labelReader();
    const rows = found.map((row) => ({ ...row, labels: labelsOf(row.labels) }));
    const byMetric = groupBy(rows, ({ metric }) => metric);
    const value = RUNTIME_METRICS.flatMap((mapping) => mapped(mapping, byMetric));
    return { value, rows: rows.length, truncated: false };
  },
});
