import { monotonicSeconds, nowSeconds } from '../shared/clock.ts';
import { ObsctlError } from '../shared/errors.ts';
import { CLIENT_SERVICE, ClientSpanBuilder } from './client-spans.ts';
import { tailLines } from './file-tail.ts';
import { filesOf, type K6Process, lastConsoleLines } from './k6-process.ts';
import { type LogicalSample, parseSample, type Sample } from './k6-samples.ts';
import { readSummary, thresholdsOf } from './k6-summary.ts';
import type { LoadOptions, LoadProgress, LoadResult, LoadRun, ScenarioInfo } from './load-driver.ts';
import { SeriesBuilder } from './series-builder.ts';
import { SpanExporter } from './span-exporter.ts';

const PROGRESS_EVERY_MS = 1000;

/** k6's exit code when thresholds were crossed: the load ran, whatever it saw. */
const THRESHOLDS_CROSSED = 99;

/** One run of k6: reads its samples while it writes them. */
export class K6Run implements LoadRun {
  readonly pid: number;
  readonly done: Promise<LoadResult>;
  readonly #process: K6Process;
  readonly #scenario: ScenarioInfo;
  readonly #options: LoadOptions;
  readonly #k6Version: string;
  readonly #series = new SeriesBuilder();
  readonly #spans: ClientSpanBuilder;
  readonly #exporter: SpanExporter | null;
  readonly #listeners: ((progress: LoadProgress) => void)[] = [];
  readonly #traces: LoadResult['traces'] = [];
  readonly #spawnedAt = nowSeconds();
  readonly #startedClock = monotonicSeconds();
  #firstStart: number | null = null;
  #lastEnd: number | null = null;
  #activeVus = 0;
  #unreadable = 0;
  #stopped = false;

  constructor(process: K6Process, scenario: ScenarioInfo, options: LoadOptions, k6Version: string) {
    this.pid = process.pid;
    this.#process = process;
    this.#scenario = scenario;
    this.#options = options;
    this.#k6Version = k6Version;
    this.#spans = new ClientSpanBuilder(options);
    this.#exporter = options.otlpUrl ? exporterTo(options.otlpUrl, k6Version) : null;
    this.done = this.#follow();
    this.done.catch(() => undefined);
  }

  onProgress(listener: (progress: LoadProgress) => void): void {
    this.#listeners.push(listener);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#process.stop();
  }

  async #follow(): Promise<LoadResult> {
    const timer = setInterval(() => this.#tell(), PROGRESS_EVERY_MS);
    try {
      const { samples } = filesOf(this.#options.directory);
      await tailLines(samples, (line) => this.#line(line), { ended: this.#process.exited });
      return await this.#result(await this.#process.exited);
    } catch (error) {
      await this.#process.stop();
      throw error;
    } finally {
      clearInterval(timer);
      await this.#exporter?.close();
    }
  }

  #line(line: string): void {
    try {
      const sample = parseSample(line);
      if (sample) this.#take(sample);
    } catch {
      this.#unreadable++;
    }
  }

  #take(sample: Sample): void {
    this.#series.add(sample);
    if (sample.kind === 'vus') this.#activeVus = sample.value;
    if (sample.kind === 'attempt') this.#spans.attempt(sample);
    if (sample.kind === 'logical') this.#logical(sample);
  }

  #logical(sample: LogicalSample): void {
    const { traceId, end, duration, failed } = sample;
    this.#firstStart = Math.min(this.#firstStart ?? Number.POSITIVE_INFINITY, end - duration);
    this.#lastEnd = Math.max(this.#lastEnd ?? 0, end);
    if (traceId) this.#traces.push({ traceId, end, failed });
    this.#exporter?.add(this.#spans.logical(sample));
  }

  #tell(): void {
    const { requests, failures, attempts } = this.#series.totals;
    const elapsed = monotonicSeconds() - this.#startedClock;
    for (const listener of this.#listeners) {
      listener({ elapsed, requests, failures, attempts, activeVus: this.#activeVus });
    }
  }

  async #result(exitCode: number | null): Promise<LoadResult> {
    if (this.#couldNotRun(exitCode)) throw await this.#failure(exitCode);
    this.#exporter?.add(this.#spans.interrupted());
    const spans = (await this.#exporter?.close()) ?? { exported: 0, lost: 0 };
    this.#tell();
    const summary = await readSummary(filesOf(this.#options.directory).summary);
    return {
      exitCode,
      startedAt: this.#firstStart ?? this.#spawnedAt,
      endedAt: this.#lastEnd ?? nowSeconds(),
      ...this.#series.totals,
      thresholds: thresholdsOf(summary),
      summary,
      series: this.#series.series(),
      traces: this.#traces,
      spans,
      unreadableSamples: this.#unreadable,
      k6Version: this.#k6Version,
    };
  }

  /** Anything but success before the first request, unless we stopped it ourselves. */
  #couldNotRun(exitCode: number | null): boolean {
    const ran = exitCode === 0 || exitCode === THRESHOLDS_CROSSED || this.#series.totals.attempts > 0;
    return !ran && !this.#stopped;
  }

  async #failure(exitCode: number | null): Promise<ObsctlError> {
    const how = exitCode === null ? 'was killed' : `ended with exit code ${exitCode}`;
    return new ObsctlError('LOAD_FAILED', `k6 ${how} before the first request of "${this.#scenario.name}".`, {
      details: await lastConsoleLines(this.#options.directory),
    });
  }
}

const exporterTo = (otlpUrl: string, version: string): SpanExporter =>
  new SpanExporter({
    otlpUrl,
    resource: {
      'service.name': CLIENT_SERVICE,
      'service.instance.id': CLIENT_SERVICE,
      'service.version': version,
    },
    scope: { name: CLIENT_SERVICE, version },
  });
