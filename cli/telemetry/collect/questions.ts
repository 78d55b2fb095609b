import type { Window } from '../../../reports/record/common.ts';
import type { QueryRecord, Span } from '../../../reports/record/evidence.ts';
import { messageOf } from '../../shared/errors.ts';
import { chunks } from '../../shared/lists.ts';
import type { Answer, TelemetrySource } from '../telemetry-source.ts';

/** Ids in one question: small enough for any back end's body or address limit. */
const TRACE_CHUNK = 50;
const MISSING_CHUNK = 5000;

type Question<T> = (source: TelemetrySource) => Promise<Answer<T>>;

/** Spans of the traces that are there, by id, and the ids of questions that failed or were answered in part. */
export interface AskedTraces {
  found: Map<string, Span[]>;
  doubtful: Set<string>;
}

/** Ids of which nothing arrived, and those of which that is not known: their question failed or was answered in part. */
export interface AskedMissing {
  missing: Set<string>;
  unknown: Set<string>;
}

/** Nothing was left out of it. */
export const isWhole = ({ query }: Answer<unknown>): boolean => query.error === null && !query.truncated;

/** Asks a source, keeps a record of every question, and turns a failed one into `fallback` and an entry that says so. */
export class Questions {
  readonly records: QueryRecord[] = [];

  constructor(private readonly source: TelemetrySource) {}

  async ask<T>(method: string, window: Window | null, fallback: T, question: Question<T>): Promise<T> {
    const answer = await this.answer(method, window, question);
    return answer ? answer.value : fallback;
  }

  /** The answer; null where there is none, which is not to be taken for an empty one. */
  async answer<T>(method: string, window: Window | null, question: Question<T>): Promise<Answer<T> | null> {
    try {
      const answer = await question(this.source);
      this.records.push(answer.query);
      return answer;
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
      return null;
    }
  }

  get failed(): number {
    return this.records.filter(({ error }) => error !== null).length;
  }

  async traces(traceIds: string[], within: Window): Promise<AskedTraces> {
    const found = new Map<string, Span[]>();
    const doubtful = new Set<string>();
    for (const ids of chunks(traceIds, TRACE_CHUNK)) {
      const answer = await this.answer('traces', null, (source) => source.traces(ids, within));
      for (const [traceId, spans] of answer?.value ?? []) found.set(traceId, spans);
      if (!answer || !isWhole(answer)) for (const id of ids) doubtful.add(id);
    }
    return { found, doubtful };
  }

  async missing(traceIds: string[], except: string, within: Window): Promise<AskedMissing> {
    const missing = new Set<string>();
    const unknown = new Set<string>();
    for (const ids of chunks([...new Set(traceIds)], MISSING_CHUNK)) {
      const answer = await this.answer('missing', null, (source) => source.missing(ids, except, within));
      const into = answer && isWhole(answer) ? missing : unknown;
      for (const id of answer?.value ?? ids) into.add(id);
    }
    return { missing, unknown };
  }
}
