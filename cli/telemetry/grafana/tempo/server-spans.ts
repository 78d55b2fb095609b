import type { Attributes, Window } from '../../../../reports/record/common.ts';
import { METHODS, ROUTE } from '../../http-attributes.ts';
import type { ServedCount } from '../../telemetry-source.ts';
import type { Found, Note } from '../answer.ts';
import type { TempoSearch } from './search.ts';
import type { FoundSpan } from './search-json.ts';
import { sweep } from './sweep.ts';
import { serverSpans } from './traceql.ts';

type SpanCount = Omit<ServedCount, 'metrics'>;

const textOf = (attributes: Attributes, names: string[]): string =>
  String(names.map((name) => attributes[name]).find((value) => value !== undefined && value !== '') ?? '');

const countsOf = (spans: Iterable<FoundSpan>): SpanCount[] => {
  const counts = new Map<string, SpanCount & { spans: number }>();
  for (const { attributes } of spans) {
    const [route, method] = [textOf(attributes, [ROUTE]), textOf(attributes, METHODS)];
    const key = JSON.stringify([route, method]);
    const count = counts.get(key) ?? { route, method, spans: 0 };
    count.spans += 1;
    counts.set(key, count);
  }
  return [...counts.values()].sort((a, b) => (`${a.route} ${a.method}` < `${b.route} ${b.method}` ? -1 : 1));
};

/** Server spans of the service that ended in the window, by route and method; none, and `truncated`, where they are too many to count. */
export const countServerSpans = async (
  search: TempoSearch,
  window: Window,
  service: string,
  note: Note,
): Promise<Found<SpanCount[]>> => {
  const spans = new Map<string, FoundSpan>();
  const { whole, error } = await sweep(search, {
    ...{ query: serverSpans(service), window, note },
    take: (traces) => {
      for (const trace of traces)
        for (const span of trace.spans) spans.set(`${trace.traceId} ${span.spanId}`, span);
      return true;
    },
  });
  if (!whole) return { value: [], rows: 0, truncated: true, error };
  const ended = [...spans.values()].filter(({ start, duration }) => {
    const end = start + duration;
    return end >= window.from && end < window.to;
  });
  return { value: countsOf(ended), rows: ended.length, error };
};
