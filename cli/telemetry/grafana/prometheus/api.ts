import type { Window } from '../../../../reports/record/common.ts';
import type { Note } from '../answer.ts';
import { BackendError } from '../backend-error.ts';
import type { BackendClient, GetOptions } from '../http.ts';
import { joinSeries, type Labels, labelsOf, MalformedAnswer, parseMatrix, type Series } from './matrix.ts';
import { duration } from './promql.ts';

/** Windows are not halved below this, seconds. */
const SHORTEST = 10;

/** Errors by which Prometheus, Mimir and Thanos say that an answer would hold too much. */
const TOO_MUCH = /exceed|too many samples|too many points|too large|too long|limit/i;

const isTooMuch = (error: unknown): boolean =>
  error instanceof BackendError &&
  (error.status === null || [400, 413, 422].includes(error.status)) &&
  TOO_MUCH.test(error.reason);

interface Envelope {
  status: string;
  data: unknown;
  warnings?: string[];
}

const isEnvelope = (body: unknown): body is Envelope =>
  typeof body === 'object' && body !== null && 'status' in body && 'data' in body;

/** Time as the API takes it: Unix seconds with milliseconds. */
const timeText = (t: number): string => t.toFixed(3);

/** One question to Prometheus' HTTP API: the requests it takes, and what was noticed on the way. */
export class PrometheusQuestion {
  /** What the answers say of themselves: a store that was not asked, a result cut short. */
  readonly warnings = new Set<string>();
  private readonly lacking = new Set<string>();

  constructor(
    private readonly client: BackendClient,
    private readonly note: Note,
  ) {}

  /** What makes the answer partial; null: nothing known. */
  get partial(): string | null {
    const warned = [...this.warnings].slice(0, 5).map((warning) => `Prometheus warned: ${warning}`);
    const all = [...this.lacking, ...warned];
    return all.length > 0 ? all.join('; ') : null;
  }

  /** Notes what the answer lacks. */
  lacks(sentence: string): void {
    this.lacking.add(sentence);
  }

  /** Label sets of the series that match and have samples in the window. */
  async series(match: string[], { from, to }: Window): Promise<Labels[]> {
    this.note(`/api/v1/series ${match.join(' ')}`);
    const parameters = { 'match[]': match, start: timeText(from), end: timeText(to) };
    return this.ask('/api/v1/series', { parameters, post: true }, (data) => {
      if (!Array.isArray(data)) throw new MalformedAnswer('the series are no list');
      return data.map(labelsOf);
    });
  }

  /** Samples as they were scraped, with their own times, in (from, to]. */
  async raw(selector: string, window: Window): Promise<Series[]> {
    this.note(`${selector}[${duration(window.to - window.from)}] @ ${timeText(window.to)}`);
    return this.inParts(window, SHORTEST, ({ from, to }) => {
      const parameters = { query: `${selector}[${duration(to - from)}]`, time: timeText(to) };
      return this.matrix('/api/v1/query', parameters);
    });
  }

  /** The expression's value every `step` seconds, at multiples of it. */
  async stepped(expression: string, window: Window, step: number): Promise<Series[]> {
    this.note(`${expression} @ ${timeText(window.from)}..${timeText(window.to)} step ${step}`);
    return this.inParts(window, Math.max(SHORTEST, step * 2), ({ from, to }) => {
      const [start, end] = [Math.ceil(from / step) * step, Math.floor(to / step) * step];
      if (end < start) return Promise.resolve([]);
      const parameters = {
        query: expression,
        start: timeText(start),
        end: timeText(end),
        step: String(step),
      };
      return this.matrix('/api/v1/query_range', parameters);
    });
  }

  /** The exemplars of what the expression selects, read by `read`, which may throw MalformedAnswer. */
  async exemplars<T>(expression: string, { from, to }: Window, read: (data: unknown) => T): Promise<T> {
    this.note(`/api/v1/query_exemplars ${expression}`);
    const parameters = { query: expression, start: timeText(from), end: timeText(to) };
    return this.ask('/api/v1/query_exemplars', { parameters, post: true }, read);
  }

  /** Asks and reads; an answer of another shape is a BackendError. */
  async ask<T>(path: string, options: GetOptions, read: (data: unknown) => T): Promise<T> {
    const { body } = await this.client.get(path, options);
    try {
      if (!isEnvelope(body) || body.status !== 'success') throw new MalformedAnswer('no success is stated');
      if (Array.isArray(body.warnings))
        for (const warning of body.warnings) this.warnings.add(String(warning));
      return read(body.data);
    } catch (error) {
      if (!(error instanceof MalformedAnswer)) throw error;
      const reason = `the answer is not of the API of Prometheus: ${error.message}`;
      throw new BackendError('BACKEND_UNKNOWN', reason, { backend: this.client.name, path });
    }
  }

  private matrix(path: string, parameters: Record<string, string>): Promise<Series[]> {
    return this.ask(path, { parameters, post: true }, parseMatrix);
  }

  /** Asks for the whole window, and for its halves where that is too much for the back end. */
  private async inParts(
    window: Window,
    shortest: number,
    ask: (window: Window) => Promise<Series[]>,
  ): Promise<Series[]> {
    try {
      return await ask(window);
    } catch (error) {
      if (!isTooMuch(error) || window.to - window.from < 2 * shortest) throw error;
      const middle = (window.from + window.to) / 2;
      const halves = [
        { from: window.from, to: middle },
        { from: middle, to: window.to },
      ];
      const parts: Series[][] = [];
      for (const half of halves) parts.push(await this.inParts(half, shortest, ask));
      return joinSeries(parts);
    }
  }
}
