import type { Window } from '../../../reports/record/common.ts';
import type { QueryRecord, Span } from '../../../reports/record/evidence.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Answer, TelemetrySource } from '../telemetry-source.ts';

/** Ids in one question: small enough for any back end's body or address limit. */
const TRACE_CHUNK = 50;
const MISSING_CHUNK = 5000;

const chunks = <T>(items: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));

/** Asks a source, keeps a record of every question, and turns a failed one into `fallback` and an entry that says so. */
export class Questions {
  readonly records: QueryRecord[] = [];

  constructor(private readonly source: TelemetrySource) {}

  async ask<T>(
    method: string,
    window: Window | null,
    fallback: T,
    question: (source: TelemetrySource) => Promise<Answer<T>>,
  ): Promise<T> {
    try {
      const { value, query } = await question(this.source);
      this.records.push(query);
      return value;
    } catch (error) {
      const failed = {
        method,
        text: '',
        window,
        rows: 0,
        seconds: 0,
        error: messageOf(error),
        truncated: false,
      };
      this.records.push(failed);
      return fallback;
    }
  }

  get failed(): number {
    return this.records.filter(({ error }) => error !== null).length;
  }

  /** Spans of the traces that are there, by id. */
  async traces(traceIds: string[]): Promise<Map<string, Span[]>> {
    const found = new Map<string, Span[]>();
    for (const ids of chunks(traceIds, TRACE_CHUNK)) {
      const part = await this.ask('traces', null, new Map<string, Span[]>(), (source) => source.traces(ids));
      for (const [traceId, spans] of part) found.set(traceId, spans);
    }
    return found;
  }

  /** Ids of which nothing arrived. A question that failed leaves its ids missing: unknown is not there. */
  async missing(traceIds: string[], except: string): Promise<Set<string>> {
    const missing = new Set<string>();
    for (const ids of chunks([...new Set(traceIds)], MISSING_CHUNK)) {
      for (const id of await this.ask('missing', null, ids, (source) => source.missing(ids, except)))
        missing.add(id);
    }
    return missing;
  }
}
