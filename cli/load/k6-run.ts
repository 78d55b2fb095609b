import type { ClientSeries } from '../../reports/record/evidence.ts';
import { monotonicSeconds, nowSeconds } from '../shared/clock.ts';
import { ObsctlError } from '../shared/errors.ts';

import { tailLines } from './file-tail.ts';
import { filesOf, type K6Process, lastConsoleLines } from './k6-process.ts';
import { readSummary, thresholdsOf } from './k6-summary.ts';
import {
  CLIENT_SERVICE,
  type LoadOptions,
  type LoadProgress,
  type LoadResult,
  type LoadRun,
} from './load-driver.ts';
import { LoadObserver } from './load-observer.ts';
import { SpanExporter } from './span-exporter.ts';

const PROGRESS_EVERY_MS = 1000;

/** k6's exit code when thresholds were crossed: the load ran, whatever it saw. */
const THRESHOLDS_CROSSED = 99;

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

const failure = async (
  scenario: string,
  directory: string,
  exitCode: number | null,
): Promise<ObsctlError> => {
  const how = exitCode === null ? 'was killed' : `ended with exit code ${exitCode}`;
  const details = await lastConsoleLines(directory);
  return new ObsctlError('LOAD_FAILED', `k6 ${how} before the first request of "${scenario}".`, { details });
};

/** One run of k6: reads its samples while it writes them. */
export class K6Run implements LoadRun {
  readonly pid: number;
  readonly done: Promise<LoadResult>;
  readonly #process: K6Process;
  readonly #scenario: string;
  readonly #options: LoadOptions;
  readonly #exporter: SpanExporter | null;
  readonly #observer: LoadObserver;
  readonly #listeners: ((progress: LoadProgress) => void)[] = [];
  readonly #spawned = { at: nowSeconds(), clock: monotonicSeconds() };
  #stopped = false;

  constructor(process: K6Process, scenario: string, options: LoadOptions, k6Version: string) {
    this.pid = process.pid;
    this.#process = process;
    this.#scenario = scenario;
    this.#options = options;
    this.#exporter = options.otlpUrl ? exporterTo(options.otlpUrl, k6Version) : null;
    this.#observer = new LoadObserver(options, this.#exporter);
    this.done = this.#follow(k6Version);
    this.done.catch(() => undefined);
  }

  onProgress(listener: (progress: LoadProgress) => void): void {
    this.#listeners.push(listener);
  }

  series(): ClientSeries {
    return this.#observer.series();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#process.stop();
  }

  async #follow(k6Version: string): Promise<LoadResult> {
    const timer = setInterval(() => this.#tell(), PROGRESS_EVERY_MS);
    const { exited } = this.#process;
    try {
      await tailLines(filesOf(this.#options.directory).samples, (line) => this.#observer.line(line), {
        ended: exited,
      });
      return await this.#result(await exited, k6Version);
    } catch (error) {
      await this.#process.stop();
      throw error;
    } finally {
      clearInterval(timer);
      await this.#exporter?.close();
    }
  }

  #tell(): void {
    const elapsed = monotonicSeconds() - this.#spawned.clock;
    const progress = { elapsed, ...this.#observer.counts(), seconds: this.#observer.newSeconds() };
    for (const listener of this.#listeners) listener(progress);
  }

  async #result(exitCode: number | null, k6Version: string): Promise<LoadResult> {
    const { directory } = this.#options;
    if (this.#couldNotRun(exitCode)) throw await failure(this.#scenario, directory, exitCode);
    const summary = await readSummary(filesOf(directory).summary);
    const observed = await this.#observer.finish();
    this.#tell();
    const times = this.#observer.times() ?? { startedAt: this.#spawned.at, endedAt: nowSeconds() };
    return { exitCode, ...times, ...observed, thresholds: thresholdsOf(summary), summary, k6Version };
  }

  /** Anything but success before the first request, unless we stopped it ourselves. */
  #couldNotRun(exitCode: number | null): boolean {
    const ran = exitCode === 0 || exitCode === THRESHOLDS_CROSSED || this.#observer.counts().attempts > 0;
    return !ran && !this.#stopped;
  }
}
