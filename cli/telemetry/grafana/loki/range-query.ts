import { messageOf } from '../../../shared/errors.ts';
import { InvalidOtlp } from '../../otlp-values.ts';
import type { Note } from '../answer.ts';
import { BackendError } from '../backend-error.ts';
import type { BackendClient } from '../http.ts';
import type { Names } from '../options.ts';
import { type Entry, parseStreams } from './stream-json.ts';

const PATH = '/loki/api/v1/query_range';

/** Loki's own default of `max_entries_limit_per_query`. */
const MAX_ENTRIES = 5000;
const CATEGORIZE = { 'x-loki-response-encoding-flags': 'categorize-labels' };

/** From (inclusive) to (exclusive), Unix nanoseconds. */
export interface NanoRange {
  from: bigint;
  to: bigint;
}

export interface Page {
  entries: Entry[];
  /** The limit cut it. */
  full: boolean;
}

const limitOf = (error: BackendError): number | null => {
  const found = /max_entries_limit_per_query \(\d+ > (\d+)\)/.exec(error.reason);
  return found ? Number(found[1]) : null;
};

/** The server allows no range that long, or reads no more than so much at once. */
const isTooLong = (error: unknown): error is BackendError =>
  error instanceof BackendError &&
  error.status === 400 &&
  /time range exceeds the limit|query would read too many bytes|query too large/.test(error.reason);

/** Questions to Loki, oldest entries first, with what the server allows learnt on the way. */
export class RangeQuery {
  private maxEntries = MAX_ENTRIES;

  constructor(
    private readonly client: BackendClient,
    private readonly names: Names,
  ) {}

  /**
   * All entries of a range up to `limit`, page by page, a range that is too long in halves. `full` when there may be
   * more. Throws BackendError.
   */
  async all(query: string, { from, to }: NanoRange, limit: number, note: Note): Promise<Page> {
    const seen = new Map<string, Entry>();
    let lost = false;
    for (let at = from; at < to; ) {
      // What was seen of the instant that the last page ended in comes again.
      const again = [...seen.values()].filter(({ nanos }) => nanos >= at).length;
      const wanted = Math.min(limit - seen.size + again, this.maxEntries);
      const page = await this.pieces(query, { from: at, to }, wanted, note);
      const before = seen.size;
      for (const entry of page.entries) seen.set(entry.key, entry);
      if (!page.full) break;
      if (seen.size >= limit) return { entries: [...seen.values()], full: true };
      const last = page.entries.at(-1)!.nanos;
      const isStuck = seen.size === before;
      lost ||= isStuck;
      at = isStuck ? last + 1n : last;
    }
    return { entries: [...seen.values()], full: lost };
  }

  private async pieces(query: string, range: NanoRange, limit: number, note: Note): Promise<Page> {
    try {
      return await this.page(query, range, limit, note);
    } catch (error) {
      if (!isTooLong(error) || range.to - range.from < 2_000_000_000n) throw error;
      const middle = (range.from + range.to) / 2n;
      const first = await this.pieces(query, { from: range.from, to: middle }, limit, note);
      if (first.full) return first;
      const second = await this.pieces(query, { from: middle, to: range.to }, limit, note);
      return { entries: [...first.entries, ...second.entries], full: second.full };
    }
  }

  private async page(query: string, { from, to }: NanoRange, limit: number, note: Note): Promise<Page> {
    note(`${query} [${from}..${to}, limit ${limit}]`);
    const parameters = { query, start: String(from), end: String(to), limit, direction: 'forward' };
    try {
      const { body } = await this.client.get(PATH, { parameters, post: true, headers: CATEGORIZE });
      const entries = this.parsed(body);
      return { entries, full: entries.length >= limit };
    } catch (error) {
      const allowed = error instanceof BackendError ? limitOf(error) : null;
      if (allowed === null || allowed < 1 || allowed >= limit) throw error;
      this.maxEntries = allowed;
      return this.page(query, { from, to }, allowed, note);
    }
  }

  private parsed(body: unknown): Entry[] {
    try {
      return parseStreams(body, this.names);
    } catch (error) {
      if (!(error instanceof InvalidOtlp)) throw error;
      throw new BackendError('BACKEND_UNKNOWN', messageOf(error), { backend: 'loki', path: PATH });
    }
  }
}
