import type { Window } from '../../../../reports/record/common.ts';
import { messageOf } from '../../../shared/errors.ts';
import { InvalidOtlp } from '../../otlp-values.ts';
import type { Note } from '../answer.ts';
import { BackendError } from '../backend-error.ts';
import type { BackendClient } from '../http.ts';
import { type FoundTrace, parseSearch } from './search-json.ts';

const PATH = '/api/search';

export interface SearchResult {
  traces: FoundTrace[];
  /** The limit cut it: there may be more. */
  full: boolean;
  /** Why it is known to be partial. */
  error: string | null;
}

/** A window or limit that the server does not allow; null: another refusal. */
const capOf = (error: unknown): { maxLimit: number | null } | null => {
  if (!(error instanceof BackendError) || error.status !== 400) return null;
  const limit = /limit \d+ exceeds max(?:imum)? limit (\d+)/.exec(error.reason);
  if (limit) return { maxLimit: Number(limit[1]) };
  return /range specified by start and end exceeds/.test(error.reason) ? { maxLimit: null } : null;
};

/** TraceQL searches, whole seconds at a time, with what the server allows learnt on the way. */
export class TempoSearch {
  private maxLimit = Number.POSITIVE_INFINITY;

  constructor(private readonly client: BackendClient) {}

  /**
   * Traces with a span that matches, of the window. `full` and empty when the server allows no window that long.
   * Throws BackendError.
   */
  async run(query: string, { from, to }: Window, limit: number, note: Note): Promise<SearchResult> {
    const [start, end] = [Math.floor(from), Math.max(Math.ceil(to), Math.floor(from) + 1)];
    const allowed = Math.min(limit, this.maxLimit);
    note(`${query} [${start}..${end}, limit ${allowed}]`);
    try {
      const parameters = { q: query, start, end, limit: allowed, spss: 1 };
      return this.resultOf((await this.client.get(PATH, { parameters })).body, allowed);
    } catch (error) {
      const cap = capOf(error);
      if (!cap || (cap.maxLimit === null && end - start <= 1)) throw error;
      if (cap.maxLimit === null) return { traces: [], full: true, error: null };
      if (cap.maxLimit >= allowed) throw error;
      this.maxLimit = cap.maxLimit;
      return this.run(query, { from, to }, limit, note);
    }
  }

  private resultOf(body: unknown, limit: number): SearchResult {
    const { traces, unfinished } = this.parsed(body);
    const full = traces.length >= limit;
    const error = unfinished && !full ? `Tempo left ${unfinished} parts of the search unfinished` : null;
    return { traces, full, error };
  }

  private parsed(body: unknown) {
    try {
      return parseSearch(body);
    } catch (error) {
      if (!(error instanceof InvalidOtlp)) throw error;
      const reason = `not the answer of a trace search: ${messageOf(error)}`;
      throw new BackendError('BACKEND_UNKNOWN', reason, { backend: 'tempo', path: PATH });
    }
  }
}
