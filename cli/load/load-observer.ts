import type { ClientSeries } from '../../reports/record/evidence.ts';
import { ClientSpanBuilder, type ClientSpanContext } from './client-spans.ts';
import { asLogical, type LogicalSample, parseSample, type Sample } from './k6-samples.ts';
import { LiveSeconds } from './live-seconds.ts';
import type { LoadProgress, LoadResult } from './load-driver.ts';
import { mayBeGateways, SentCounter } from './sent.ts';
import { SeriesBuilder } from './series-builder.ts';
import type { SpanExporter } from './span-exporter.ts';

type Observed = Pick<
  LoadResult,
  | 'requests'
  | 'failures'
  | 'attempts'
  | 'sent'
  | 'droppedIterations'
  | 'series'
  | 'traces'
  | 'spans'
  | 'unreadableSamples'
>;

/** What k6's samples say: takes them line by line, makes the series, and sends the client's spans on as they come. */
export class LoadObserver {
  readonly #series = new SeriesBuilder();
  readonly #live = new LiveSeconds();
  readonly #spans: ClientSpanBuilder;
  readonly #exporter: SpanExporter | null;
  readonly #sent = new SentCounter();
  readonly #traces: LoadResult['traces'] = [];
  #firstStart: number | null = null;
  #lastEnd: number | null = null;
  #activeVus = 0;
  #unreadable = 0;

  constructor(context: ClientSpanContext, exporter: SpanExporter | null) {
    this.#spans = new ClientSpanBuilder(context);
    this.#exporter = exporter;
  }

  /** A line of k6's json output. One that cannot be understood is counted. */
  line(text: string): void {
    try {
      const sample = parseSample(text);
      if (sample) this.#take(sample);
    } catch {
      this.#unreadable++;
    }
  }

  #take(sample: Sample): void {
    this.#series.add(sample);
    this.#live.seen('end' in sample ? sample.end : sample.time);
    if (sample.kind === 'vus') this.#activeVus = sample.value;
    if (sample.kind === 'attempt') {
      this.#sent.add(sample);
      this.#spans.attempt(sample);
      if (!sample.span) this.#take(asLogical(sample));
    }
    if (sample.kind === 'logical') this.#logical(sample);
  }

  #logical(sample: LogicalSample): void {
    const { traceId, end, duration, failed, status } = sample;
    this.#firstStart = Math.min(this.#firstStart ?? Number.POSITIVE_INFINITY, end - duration);
    this.#lastEnd = Math.max(this.#lastEnd ?? 0, end);
    if (traceId)
      this.#traces.push({ traceId, end, failed, answered: status > 0, byGateway: mayBeGateways(status) });
    this.#exporter?.add(this.#spans.logical(sample));
  }

  /** The counts up to now. */
  counts(): Omit<LoadProgress, 'elapsed' | 'seconds'> {
    const { requests, failures, attempts } = this.#series.totals;
    return { requests, failures, attempts, activeVus: this.#activeVus };
  }

  /** The seconds that became complete since this was asked last. */
  newSeconds(): LoadProgress['seconds'] {
    const complete = this.#live.take();
    return complete ? this.#series.overall(...complete) : [];
  }

  series(): ClientSeries {
    return this.#series.series();
  }

  /** Start of the first logical request and end of the last one, Unix seconds; null when there was none. */
  times(): { startedAt: number; endedAt: number } | null {
    if (this.#firstStart === null || this.#lastEnd === null) return null;
    return { startedAt: this.#firstStart, endedAt: this.#lastEnd };
  }

  /** Everything, once no more lines come: sends what spans there are left. */
  async finish(): Promise<Observed> {
    this.#exporter?.add(this.#spans.interrupted());
    return {
      ...this.#series.totals,
      sent: this.#sent.counts,
      series: this.#series.series(),
      traces: this.#traces,
      spans: (await this.#exporter?.close()) ?? { exported: 0, lost: 0 },
      unreadableSamples: this.#unreadable,
    };
  }
}
