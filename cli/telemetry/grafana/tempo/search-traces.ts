import type { Window } from '../../../../reports/record/common.ts';
import type { TraceSearch, TraceSummary } from '../../telemetry-source.ts';
import type { Found, Note } from '../answer.ts';
import { findCandidates } from './candidates.ts';
import type { TempoSearch } from './search.ts';
import { type Summarised, summarise } from './summary.ts';

/** Candidates that are looked at for each trace wanted, and a few besides: some turn out not to fit. */
const SPARE = 20;
/** Traces without a failure are looked for among all: how many are looked at for each that is wanted. */
const AMONG_ALL = 3;

const fits =
  ({ from, to }: Window, { error, minDuration, service }: TraceSearch) =>
  ({ start, errors, rootDuration, services }: Summarised): boolean =>
    start >= from &&
    start < to &&
    (error === undefined || errors > 0 === error) &&
    (minDuration === undefined || rootDuration >= minDuration) &&
    (service === undefined || services.includes(service));

const inOrder =
  ({ minDuration }: TraceSearch) =>
  (a: Summarised, b: Summarised): number =>
    (minDuration === undefined ? 0 : b.rootDuration - a.rootDuration) ||
    a.start - b.start ||
    (a.traceId < b.traceId ? -1 : 1);

const plain = ({ rootDuration: _, ...summary }: Summarised): TraceSummary => summary;

/**
 * Traces of the window that fit, at most `limit`: the slowest first where a duration is asked for, else the oldest. A
 * trace belongs to the window in which its first span starts.
 */
export const searchTraces = async (
  search: TempoSearch,
  window: Window,
  wanted: TraceSearch,
  note: Note,
): Promise<Found<TraceSummary[]>> => {
  const enough = wanted.limit * (wanted.error === false ? AMONG_ALL : 1) + SPARE;
  const { traces, whole, error } = await findCandidates(search, window, wanted, enough, note);
  const looked = traces.slice(0, enough);
  const { summaries, whole: read, error: unread } = await summarise(search, looked, note);
  const found = summaries.filter(fits(window, wanted)).sort(inOrder(wanted));
  const value = found.slice(0, wanted.limit).map(plain);
  const truncated = found.length > wanted.limit || !whole || !read || looked.length < traces.length;
  return { value, rows: value.length, truncated, error: error ?? unread };
};
