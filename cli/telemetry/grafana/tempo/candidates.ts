import type { Window } from '../../../../reports/record/common.ts';
import type { TraceSearch } from '../../telemetry-source.ts';
import type { Note } from '../answer.ts';
import type { SearchResult, TempoSearch } from './search.ts';
import type { FoundTrace } from './search-json.ts';
import { type Slice, walk } from './slices.ts';
import { anySpan, failed, ofService, slowEntry, slowRoot } from './traceql.ts';

/** Traces in one answer. */
const LIMIT = 5000;
/** Slices of one search. */
const BUDGET = 24;
/** Seconds of the first slice where the oldest few will do. */
const FIRST_SLICE = 10;
/** A trace of the window may fail, or reach a service, so long after it began: seconds. */
const TAIL_SECONDS = 15;

/** What a trace must have, and the traces that were found to have it. */
interface Criterion {
  query: string;
  found: Map<string, FoundTrace>;
}

export interface Candidates {
  /** Traces that may fit; what does not, each summary tells. */
  traces: FoundTrace[];
  /** False when there may be more. */
  whole: boolean;
  error: string | null;
}

const durationOf = ({ spans }: FoundTrace): number => Math.max(0, ...spans.map(({ duration }) => duration));

const queriesOf = ({ error, minDuration, service }: TraceSearch, rootless: boolean): string[] => {
  const slow = rootless ? slowEntry : slowRoot;
  const queries = [
    ...(minDuration === undefined ? [] : [slow(minDuration)]),
    ...(error === true ? [failed()] : []),
    ...(service === undefined ? [] : [ofService(service)]),
  ];
  return queries.length > 0 ? queries : [anySpan()];
};

const keepEarlier = (into: Map<string, FoundTrace>, trace: FoundTrace): void => {
  const known = into.get(trace.traceId);
  if (!known) return void into.set(trace.traceId, trace);
  known.start = Math.min(known.start, trace.start);
  known.spans.push(...trace.spans);
};

/** One walk over a window that looks for the traces that have all that is asked for. */
class CandidateWalk {
  private readonly criteria: Criterion[];
  private error: string | null = null;

  constructor(
    private readonly search: TempoSearch,
    private readonly wanted: TraceSearch,
    private readonly note: Note,
    rootless: boolean,
  ) {
    this.criteria = queriesOf(wanted, rootless).map((query) => ({ query, found: new Map() }));
  }

  async over(window: Window, enough: number): Promise<Candidates> {
    const { error, minDuration } = this.wanted;
    const all = minDuration !== undefined || error === true;
    const end = minDuration === undefined ? window.to + TAIL_SECONDS : window.to;
    const first = all ? end - window.from : FIRST_SLICE;
    let reached = false;
    const whole = await walk(
      { from: window.from, to: end },
      { first, budget: BUDGET },
      async (slice, last) => {
        reached = minDuration === undefined && this.inside(window).length >= enough;
        return reached ? null : this.look(slice, last);
      },
    );
    return { traces: this.matches(), whole: whole && !reached, error: this.error };
  }

  /** Asks for each criterion in the slice; once none can be left, no further. */
  private async look(slice: Window, last: boolean): Promise<Slice> {
    let fill = 0;
    const answers: SearchResult[] = [];
    for (const { query, found } of this.criteria) {
      const answer = await this.search.run(query, slice, LIMIT, this.note);
      if (answer.full && !last) return { full: true, fill: 1 };
      answers.push(answer);
      fill = Math.max(fill, answer.full ? 1 : answer.traces.length / LIMIT);
      if (answer.traces.length === 0 && found.size === 0) break;
    }
    this.take(answers);
    return { full: answers.some(({ full }) => full), fill };
  }

  private take(answers: SearchResult[]): void {
    for (const [i, { traces, error }] of answers.entries()) {
      for (const trace of traces) keepEarlier(this.criteria[i]!.found, trace);
      this.error ??= error;
    }
  }

  private matches(): FoundTrace[] {
    const [first, ...others] = this.criteria;
    return [...first!.found.values()].filter(({ traceId }) =>
      others.every(({ found }) => found.has(traceId)),
    );
  }

  private inside({ from, to }: Window): FoundTrace[] {
    return this.matches().filter(({ start }) => start >= from && start < to);
  }
}

/**
 * The traces that may fit a search: the slowest first where a duration is asked for, else the oldest, `enough` of them
 * where the oldest will do. Tempo keeps a trace in parts, so no one query can tell.
 */
export const findCandidates = async (
  search: TempoSearch,
  window: Window,
  wanted: TraceSearch,
  enough: number,
  note: Note,
): Promise<Candidates> => {
  const look = (rootless: boolean) => new CandidateWalk(search, wanted, note, rootless).over(window, enough);
  const slow = wanted.minDuration !== undefined;
  let candidates = await look(false);
  if (slow && candidates.traces.length === 0) candidates = await look(true);
  const order = slow
    ? (a: FoundTrace, b: FoundTrace) => durationOf(b) - durationOf(a)
    : (a: FoundTrace, b: FoundTrace) => a.start - b.start;
  return { ...candidates, traces: candidates.traces.sort(order) };
};
