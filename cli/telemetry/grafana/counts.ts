import type { Window } from '../../../reports/record/common.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Answer, ServedCount } from '../telemetry-source.ts';
import { answering } from './answer.ts';
import type { PrometheusPart, TempoPart } from './parts.ts';

type Part = Omit<ServedCount, 'metrics' | 'spans'>;
type Counted<K extends 'metrics' | 'spans'> = (Part & Pick<ServedCount, K>)[];

/**
 * Both counts of each route and method: zero where a side counted nothing of it, null where the side (null) could not
 * be asked. Where no route is left to say that of, one without a name stands for all.
 */
export const joinCounts = (
  metrics: Counted<'metrics'> | null,
  spans: Counted<'spans'> | null,
): ServedCount[] => {
  const counts = new Map<string, ServedCount>();
  const none = (side: Part[] | null) => (side ? 0 : null);
  const at = ({ route, method }: Part): ServedCount => {
    const key = JSON.stringify([route, method]);
    const count = counts.get(key) ?? { route, method, metrics: none(metrics), spans: none(spans) };
    counts.set(key, count);
    return count;
  };
  for (const one of metrics ?? []) at(one).metrics = one.metrics;
  for (const one of spans ?? []) at(one).spans = one.spans;
  if (counts.size === 0 && !(metrics && spans)) at({ route: '', method: '' });
  return [...counts.values()];
};

type Asked<T> = PromiseSettledResult<Answer<T[]>>;

/** What a side counted; null where it gave no answer, or one that leaves some out. */
const countedBy = <T>(asked: Asked<T>): T[] | null => {
  if (asked.status === 'rejected') return null;
  const { value, query } = asked.value;
  return query.truncated || query.error !== null ? null : value;
};

const errorOf = (asked: Asked<unknown>): string | null =>
  asked.status === 'fulfilled' ? asked.value.query.error : messageOf(asked.reason);

/** Counts on both sides; a side that fails or is cut is null and said so, and only when both fail the first one's error is thrown. */
export const countServed =
  (prometheus: Pick<PrometheusPart, 'counts'>, tempo: Pick<TempoPart, 'serverSpanCounts'>) =>
  (window: Window, service: string): Promise<Answer<ServedCount[]>> =>
    answering('counts', window, async (note) => {
      const [metrics, spans] = await Promise.allSettled([
        prometheus.counts(window, service),
        tempo.serverSpanCounts(window, service),
      ]);
      if (metrics.status === 'rejected' && spans.status === 'rejected') throw metrics.reason;
      const answered = [metrics, spans].flatMap((asked) =>
        asked.status === 'fulfilled' ? [asked.value.query] : [],
      );
      for (const { text } of answered) note(text);
      const errors = [metrics, spans].map(errorOf).filter((error) => error !== null);
      const value = joinCounts(countedBy(metrics), countedBy(spans));
      return {
        ...{ value, rows: value.length },
        error: errors.length > 0 ? errors.join('; ') : null,
        truncated: answered.some(({ truncated }) => truncated),
      };
    });
