import type { Evidence, Exemplar, QueryRecord } from '../record/evidence.ts';
import type { Asked } from '../record/findings.ts';

const tally = <T>(items: T[], key: (item: T) => string): { first: T; times: number }[] => {
  const groups = new Map<string, { first: T; times: number }>();
  for (const item of items) {
    const group = groups.get(key(item)) ?? { first: item, times: 0 };
    group.times += 1;
    groups.set(key(item), group);
  }
  return [...groups.values()];
};

/** A trace search takes a sample by intent; every other answer has to be whole. */
export const cutShort = ({ truncated, method }: QueryRecord): boolean =>
  truncated && method !== 'searchTraces';

const failedOf = (queries: QueryRecord[]): Asked['failed'] =>
  tally(
    queries.filter(({ error }) => error !== null),
    ({ method, error }) => `${method} ${error}`,
  ).map(({ first, times }) => ({ method: first.method, error: first.error ?? '', times }));

const cutOf = (queries: QueryRecord[]): Asked['cut'] =>
  tally(queries.filter(cutShort), ({ method }) => method).map(({ first, times }) => ({
    method: first.method,
    times,
  }));

const whenceOf = (exemplars: Exemplar[]): Asked['exemplars'] => {
  const all = new Set(exemplars.map(({ traceId }) => traceId));
  const byMetric = new Set(
    exemplars.filter(({ origin }) => origin === 'metric').map(({ traceId }) => traceId),
  );
  return { metrics: byMetric.size, search: all.size - byMetric.size };
};

const slowestOf = (queries: QueryRecord[]): Asked['slowest'] => {
  const [first, ...rest] = queries;
  if (!first) return null;
  const { method, seconds } = rest.reduce((a, b) => (b.seconds > a.seconds ? b : a), first);
  return { method, seconds };
};

/** How many questions the evidence took, which failed or were cut, and where the exemplars came from. */
export const askedOf = ({ queries, exemplars }: Evidence): Asked => ({
  questions: queries.length,
  seconds: queries.reduce((sum, { seconds }) => sum + seconds, 0),
  slowest: slowestOf(queries),
  failed: failedOf(queries),
  cut: cutOf(queries),
  exemplars: whenceOf(exemplars),
});
