import axios, { type AxiosResponse } from 'axios';
import type { Span } from '../../reports/record/evidence.ts';
import { monotonicSeconds, nowSeconds, sleep } from '../shared/clock.ts';
import { exportRequest } from './otlp-json.ts';

export interface SpanExporterOptions {
  /** OTLP/HTTP base address. */
  otlpUrl: string;
  resource: Record<string, string>;
  scope: { name: string; version: string };
  /** Spans of one request; a batch that is not full leaves after a second. */
  batchSize?: number;
  /** Spans that may wait; more are counted as lost. */
  queueLimit?: number;
  /** How long one batch is tried, seconds. */
  retryFor?: number;
  /** How long `close` may take, seconds. */
  closeWithin?: number;
}

const FLUSH_EVERY_MS = 1000;
const REQUEST_TIMEOUT_MS = 5000;
const LONGEST_WAIT_SECONDS = 5;
const FIRST_WAIT_SECONDS = 0.2;

/** The answers after which the OTLP specification tells the client to try again. */
const RETRYABLE = [429, 502, 503, 504];

/** Seconds that a Retry-After header (RFC 9110, 10.2.3: seconds or a date) asks for; null when it asks for nothing. */
export const retryAfterSeconds = (header: unknown): number | null => {
  if (typeof header !== 'string' || header === '') return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : Date.parse(header) / 1000 - nowSeconds();
  return Number.isNaN(seconds) ? null : Math.max(0, seconds);
};

const rejectedSpans = (response: AxiosResponse): number =>
  Number(response.data?.partialSuccess?.rejectedSpans ?? 0) || 0;

/** Sends spans in batches, one request at a time. Counts what arrived and what was lost, and loses nothing silently. */
export class SpanExporter {
  readonly #options: Required<SpanExporterOptions>;
  readonly #closing = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #queue: Span[] = [];
  #sending: Promise<void> | null = null;
  #exported = 0;
  #lost = 0;

  constructor(options: SpanExporterOptions) {
    this.#options = { batchSize: 512, queueLimit: 20_000, retryFor: 15, closeWithin: 15, ...options };
    this.#timer = setInterval(() => this.#pump(), FLUSH_EVERY_MS);
    this.#timer.unref();
  }

  add(spans: Span[]): void {
    const room = Math.max(0, this.#options.queueLimit - this.#queue.length);
    this.#queue.push(...spans.slice(0, room));
    this.#lost += Math.max(0, spans.length - room);
    if (this.#queue.length >= this.#options.batchSize) this.#pump();
  }

  /** Sends what waits, within the time given; what then remains is lost. */
  async close(): Promise<{ exported: number; lost: number }> {
    clearInterval(this.#timer);
    const deadline = setTimeout(() => this.#closing.abort(), this.#options.closeWithin * 1000);
    while (this.#queue.length > 0 || this.#sending) await this.#pump();
    clearTimeout(deadline);
    return { exported: this.#exported, lost: this.#lost };
  }

  #pump(): Promise<void> {
    this.#sending ??= this.#drain().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, this.#options.batchSize);
      this.#queue = this.#queue.slice(batch.length);
      const arrived = await this.#send(batch);
      this.#exported += arrived;
      this.#lost += batch.length - arrived;
    }
  }

  /** Tries a batch until it is taken, refused for good, or out of time. Returns how many spans arrived. */
  async #send(batch: Span[]): Promise<number> {
    const body = exportRequest(batch, this.#options.resource, this.#options.scope);
    const deadline = monotonicSeconds() + this.#options.retryFor;
    for (let wait = FIRST_WAIT_SECONDS; !this.#closing.signal.aborted; wait *= 2) {
      const response = await this.#post(body);
      if (response && response.status < 300) return Math.max(0, batch.length - rejectedSpans(response));
      if (response && !RETRYABLE.includes(response.status)) return 0;
      const asked = retryAfterSeconds(response?.headers['retry-after']) ?? wait * (0.5 + Math.random() / 2);
      const pause = Math.min(asked, LONGEST_WAIT_SECONDS);
      if (monotonicSeconds() + pause > deadline) return 0;
      await sleep(pause, this.#closing.signal).catch(() => undefined);
    }
    return 0;
  }

  /** The answer, or null when none came. The receiver is ours: no proxy, no redirect. */
  #post(body: object): Promise<AxiosResponse | null> {
    return axios
      .post(`${this.#options.otlpUrl.replace(/\/+$/, '')}/v1/traces`, body, {
        timeout: REQUEST_TIMEOUT_MS,
        signal: this.#closing.signal,
        proxy: false,
        maxRedirects: 0,
        validateStatus: () => true,
      })
      .catch(() => null);
  }
}
