import { nowSeconds } from '../../shared/clock.ts';
import { ObsctlError } from '../../shared/errors.ts';
import type { PipelineState, TelemetrySource } from '../telemetry-source.ts';
import { type Counters, type Receiver, startReceiver } from './receiver.ts';
import type { Target } from './scrape-state.ts';
import { Scraper, type ScraperCounters } from './scraper.ts';
import { Store, type StoreOptions } from './store.ts';
import { StoreTelemetrySource } from './store-telemetry-source.ts';

export interface EmbeddedTelemetryOptions extends StoreOptions {
  /** The DuckDB file; one process may have it open. */
  file: string;
  /** Port of the OTLP receiver; any free one where absent. */
  port?: number;
  targets: Target[];
  /** Seconds between scrapes. */
  scrapeInterval?: number;
  /** Seconds for which telemetry is kept, so that a stack left up does not fill the disk; six hours where absent. */
  retention?: number;
}

export interface EmbeddedTelemetry {
  /** OTLP/HTTP base address. */
  otlpUrl: string;
  source: TelemetrySource;
  setTargets(targets: Target[]): void;
  /** Scrapes every target now; what it showed is visible in the next answer. */
  scrapeNow(): Promise<void>;
  /** What receiver and scraper counted so far. */
  pipeline(): { receiver: Counters; scraper: ScraperCounters };
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Traces and logs, and samples the scraper had no room for; OTLP metrics are counted, not kept, so not here. */
const pipelineState = ({ counters }: Receiver, scraper: Scraper, store: Store): PipelineState => {
  const kept = [counters.traces, counters.logs];
  const sum = (name: 'accepted' | 'refused' | 'rejected') =>
    kept.reduce((total, one) => total + one[name], 0);
  const { scrapes, failed, left, malformed } = scraper.counters;
  const parts = [
    `OTLP receiver and scraper into DuckDB: ${counters.traces.accepted} spans, ${counters.logs.accepted} log lines`,
    `${scrapes} scrapes of which ${failed} failed, ${left} samples left out, ${malformed} lines unreadable`,
    `${counters.metrics.accepted} OTLP metric points counted but not kept`,
    ...(store.lastFailure ? [`the last write failed: ${store.lastFailure}`] : []),
  ];
  return {
    ready: store.lastFailure === null,
    detail: parts.join('; '),
    pipeline: { accepted: sum('accepted'), refused: sum('refused') + left, rejected: sum('rejected') },
  };
};

const PRUNE_EVERY_MS = 5 * 60 * 1000;
const RETENTION_SECONDS = 6 * 3600;

/** Forgets old telemetry now and then; returns what stops it. */
const keepPruned = (store: Store, retention = RETENTION_SECONDS): (() => void) => {
  const prune = () => store.prune(nowSeconds() - retention).catch(() => {});
  const timer = setInterval(prune, PRUNE_EVERY_MS).unref();
  return () => clearInterval(timer);
};

const listen = async (store: Store, port: number | undefined): Promise<Receiver> => {
  try {
    return await startReceiver(store, { port });
  } catch (error) {
    await store.close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new ObsctlError('PORT_TAKEN', `Port ${port} is taken.`, { cause: error });
  }
};

const seriesIds = async (store: Store): Promise<() => number> => {
  const [row] = await store.query('SELECT coalesce(max(id), 0) AS last FROM series');
  let last = row!.last as number;
  return () => ++last;
};

/**
 * Starts receiver, scraper and database as one, in this process. Throws ObsctlError PORT_TAKEN when the port asked
 * for is in use.
 */
export const startEmbeddedTelemetry = async (
  options: EmbeddedTelemetryOptions,
): Promise<EmbeddedTelemetry> => {
  const store = await Store.open(options.file, options);
  const nextId = await seriesIds(store);
  const receiver = await listen(store, options.port);
  const scraper = new Scraper(store, nextId, { targets: options.targets, interval: options.scrapeInterval });
  const stopPruning = keepPruned(store, options.retention);
  return {
    otlpUrl: receiver.url,
    source: new StoreTelemetrySource(store, () => pipelineState(receiver, scraper, store)),
    setTargets: (targets) => scraper.setTargets(targets),
    scrapeNow: () => scraper.scrapeNow(),
    pipeline: () => ({ receiver: receiver.counters, scraper: scraper.counters }),
    flush: () => store.flush(),
    close: async () => {
      stopPruning();
      await Promise.all([scraper.close(), receiver.close()]);
      await store.close();
    },
  };
};
