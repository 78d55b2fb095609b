import type { Window } from '../../../../reports/record/common.ts';
import type { Note } from '../answer.ts';
import type { TempoSearch } from './search.ts';
import type { FoundTrace } from './search-json.ts';
import { walk } from './slices.ts';

/** Traces that one search may bring. */
const LIMIT = 5000;
/** Searches for one window: enough for 150 000 requests or more. */
const BUDGET = 60;

export interface Sweep {
  query: string;
  window: Window;
  note: Note;
  /** Called with what each search brought; false ends the sweep. */
  take(traces: FoundTrace[]): boolean;
}

/** Whether the window was searched to its end without loss, and why an answer is known to be partial. */
export interface Swept {
  whole: boolean;
  error: string | null;
}

/** Searches a window slice by slice for all that matches. Throws BackendError. */
export const sweep = async (search: TempoSearch, { query, window, note, take }: Sweep): Promise<Swept> => {
  let error: string | null = null;
  let goOn = true;
  const first = window.to - window.from;
  const whole = await walk(window, { first, budget: BUDGET }, async (slice) => {
    if (!goOn) return null;
    const answer = await search.run(query, slice, LIMIT, note);
    error ??= answer.error;
    goOn = take(answer.traces);
    return { full: answer.full, fill: answer.traces.length / LIMIT };
  });
  return { whole, error };
};
