import type { Window } from '../../../../reports/record/common.ts';
import type { TraceSummary } from '../../telemetry-source.ts';
import type { Note } from '../answer.ts';
import type { SearchResult, TempoSearch } from './search.ts';
import type { FoundSpan, FoundTrace } from './search-json.ts';
import { IDS_IN_QUERY, spansOfTraces } from './traceql.ts';

/** More than the traces asked for, so that none of them is cut: a few others may end alike. */
const ROOM = 100;
/** Spans of a trace may lie this far from the one that was found: seconds. */
const AROUND_SECONDS = 60;

/** A trace with what a search can be filtered and sorted by. */
export interface Summarised extends TraceSummary {
  rootDuration: number;
}

const isRoot = ({ attributes }: FoundSpan): boolean => Number(attributes.nestedSetParent) < 0;

const serviceOf = ({ attributes }: FoundSpan): string =>
  String(attributes['service.name'] ?? attributes['resource.service.name'] ?? 'unknown_service');

const isFailed = ({ attributes }: FoundSpan): boolean => attributes.status === 'error';

/** The first span without a parent; where none came, the first span. */
const rootOf = (spans: FoundSpan[]): FoundSpan => {
  const sorted = [...spans].sort((a, b) => a.start - b.start);
  return sorted.find(isRoot) ?? sorted[0]!;
};

/** Sums up a trace of which every span was found; null when there is none. */
export const summaryOf = ({ traceId, spans: found }: FoundTrace): Summarised | null => {
  const spans = [...new Map(found.map((span) => [`${span.spanId} ${serviceOf(span)}`, span])).values()];
  if (spans.length === 0) return null;
  const root = rootOf(spans);
  const start = Math.min(...spans.map((span) => span.start));
  return {
    traceId,
    rootService: serviceOf(root),
    rootName: root.name,
    rootDuration: root.duration,
    start,
    duration: Math.max(...spans.map((span) => span.start - start + span.duration)),
    spans: spans.length,
    errors: spans.filter(isFailed).length,
    services: [...new Set(spans.map(serviceOf))].sort(),
  };
};

const windowOf = (traces: FoundTrace[]): Window => ({
  from: Math.max(0, Math.min(...traces.map(({ start }) => start)) - AROUND_SECONDS),
  to: Math.max(...traces.map(({ start }) => start)) + AROUND_SECONDS,
});

export interface Summaries {
  summaries: Summarised[];
  /** False where the back end cut an answer: some are not summed up. */
  whole: boolean;
  error: string | null;
}

/** Every span of these traces; where an answer was cut, of each half of them. */
const spansOfAll = async (search: TempoSearch, traces: FoundTrace[], note: Note): Promise<SearchResult> => {
  const ids = traces.map(({ traceId }) => traceId);
  const answer = await search.run(spansOfTraces(ids), windowOf(traces), ids.length + ROOM, note);
  if (!answer.full || ids.length === 1) return answer;
  const middle = Math.ceil(ids.length / 2);
  const [early, late] = [
    await spansOfAll(search, traces.slice(0, middle), note),
    await spansOfAll(search, traces.slice(middle), note),
  ];
  return {
    traces: [...early.traces, ...late.traces],
    full: early.full || late.full,
    error: early.error ?? late.error,
  };
};

/** Looks at every span of the traces found. */
export const summarise = async (search: TempoSearch, found: FoundTrace[], note: Note): Promise<Summaries> => {
  const sorted = [...found].sort((a, b) => a.start - b.start);
  const all: Summaries = { summaries: [], whole: true, error: null };
  for (let at = 0; at < sorted.length; at += IDS_IN_QUERY) {
    const chunk = sorted.slice(at, at + IDS_IN_QUERY);
    const ids = chunk.map(({ traceId }) => traceId);
    const { traces, full, error } = await spansOfAll(search, chunk, note);
    const asked = traces.filter(({ traceId }) => ids.includes(traceId));
    all.whole &&= !full;
    all.summaries.push(...asked.flatMap((trace) => summaryOf(trace) ?? []));
    all.error ??= error;
  }
  return all;
};
