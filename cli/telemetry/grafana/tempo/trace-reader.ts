import type { Window } from '../../../../reports/record/common.ts';
import type { Span } from '../../../../reports/record/evidence.ts';
import { messageOf } from '../../../shared/errors.ts';
import { InvalidOtlp } from '../../otlp-values.ts';
import { BackendError } from '../backend-error.ts';
import type { BackendClient } from '../http.ts';
import { isTraceId } from '../trace-id.ts';
import { inParallel } from './in-parallel.ts';
import { type ParsedTrace, parseTrace } from './trace-json.ts';

/** Traces asked for at once. */
const PARALLEL = 8;
/** Spans may lie this far outside of the time they are looked for in: seconds. */
const SLACK_SECONDS = 60;

const PATHS = { v2: '/api/v2/traces/', v1: '/api/traces/' } as const;

export interface ReadTraces {
  traces: Map<string, Span[]>;
  /** Why some are not whole, or could not be read; null when all were. */
  error: string | null;
}

const rangeOf = (within: Window | undefined) =>
  within && {
    start: Math.max(0, Math.floor(within.from) - SLACK_SECONDS),
    end: Math.ceil(within.to) + SLACK_SECONDS,
  };

/** Traces by id. Tempo before 2.7 has no `/api/v2/traces`, which looks like a trace that is not there until one is found. */
export class TraceReader {
  private version: 'v1' | 'v2' | null = null;

  constructor(private readonly client: BackendClient) {}

  /**
   * Those of the traces that are there. One that cannot be read is told of in `error`; throws BackendError when none
   * can.
   */
  async read(traceIds: string[], within?: Window): Promise<ReadTraces> {
    const traces = new Map<string, Span[]>();
    const problems: string[] = [];
    const failures: unknown[] = [];
    await inParallel([...new Set(traceIds)].filter(isTraceId), PARALLEL, async (traceId) => {
      try {
        const { spans, partial } = await this.one(traceId, within);
        if (partial) problems.push(partial);
        if (spans.length > 0) traces.set(traceId, spans);
      } catch (error) {
        failures.push(error);
      }
    });
    if (failures.length > 0 && traces.size === 0) throw failures[0];
    if (failures.length > 0) problems.push(`${failures.length} unread: ${messageOf(failures[0])}`);
    return { traces, error: problems.length > 0 ? [...new Set(problems)].join('; ') : null };
  }

  private async one(traceId: string, within?: Window): Promise<ParsedTrace> {
    const nothing = { spans: [], partial: null };
    if (this.version === 'v1') return (await this.ask('v1', traceId, within)) ?? nothing;
    const found = await this.ask('v2', traceId, within);
    if (found) this.version = 'v2';
    if (found || this.version === 'v2') return found ?? nothing;
    const old = await this.ask('v1', traceId, within);
    if (old) this.version = 'v1';
    return old ?? nothing;
  }

  /** Null when it answers 404. */
  private async ask(version: 'v1' | 'v2', traceId: string, within?: Window): Promise<ParsedTrace | null> {
    const path = PATHS[version] + traceId;
    const { status, body } = await this.client.get(path, { parameters: rangeOf(within), accept: [404] });
    if (status === 404) return null;
    try {
      return parseTrace(body);
    } catch (error) {
      if (!(error instanceof InvalidOtlp)) throw error;
      throw new BackendError('BACKEND_UNKNOWN', error.message, { backend: 'tempo', path: PATHS[version] });
    }
  }
}
