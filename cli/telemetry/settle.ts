import type { Window } from '../../reports/record/common.ts';
import type { Completeness } from '../../reports/record/completeness.ts';
import { monotonicSeconds, nowSeconds, sleep } from '../shared/clock.ts';
import { messageOf } from '../shared/errors.ts';
import type { TelemetrySource } from './telemetry-source.ts';

export interface SettleOptions {
  clientTraces: { traceId: string; end: number; answered: boolean }[];
  /** Unix seconds. */
  loadEndedAt: number;
  timeoutSeconds: number;
  /** service.name of the client's own spans: they do not show that a request arrived. */
  clientService?: string;
  /** Only metrics of this service count; any where absent. */
  entryService?: string;
  /** Seconds between the first two questions; later ones are further apart, up to five times that. */
  every?: number;
  signal?: AbortSignal;
}

export interface Settled {
  /** Seconds from the end of the load until the last of each was visible; null = not within the time. */
  ingestionLagSeconds: Completeness['ingestionLagSeconds'];
  /** What had not come when the time was over: trace ids without a span, and without a log line. */
  missing: { traces: string[]; logs: string[]; metric: boolean };
  /** The same as figures, for the record. */
  settle: NonNullable<Completeness['settle']>;
}

/**
 * The requests that ended last and were answered, a failure included: what they left is the last to arrive. One
 * without an answer may never have reached the platform.
 */
const LAST_TRACES = 10;
/** What they left lies within this long before the first of them ended, seconds. */
const BEFORE_SECONDS = 60;
/** Lines of them that one answer may hold; one of each is enough. */
const MAX_LINES = 1000;
const SLOWER = 1.3;
const SLOWEST = 5;

type Signal = 'trace' | 'log' | 'metric';

type Sent = SettleOptions['clientTraces'];

const lastTraces = ({ clientTraces }: SettleOptions): Sent =>
  [...clientTraces]
    .filter(({ answered }) => answered)
    .sort((a, b) => b.end - a.end)
    .slice(0, LAST_TRACES);

const withoutLog = async (source: TelemetrySource, ids: string[], window: Window) => {
  if (ids.length === 0) return [];
  const { value } = await source.logs(window, { traceIds: ids, limit: MAX_LINES });
  const seen = new Set(value.map(({ traceId }) => traceId));
  return ids.filter((id) => !seen.has(id));
};

/** How long before the load's end an instance was last scraped that counts as living then, seconds. */
const LIVING_SECONDS = 5;

/** Whether each instance of the entry service that was there at the load's end has been scraped since. */
const metricSince = async (source: TelemetrySource, { loadEndedAt, entryService }: SettleOptions) => {
  const { value } = await source.red({ from: loadEndedAt - LIVING_SECONDS, to: nowSeconds() + 1 });
  const lastScrape = new Map<string, number>();
  for (const { service, instance, points } of value) {
    if ((entryService ?? service) !== service) continue;
    const last = points.at(-1)?.t ?? Number.NEGATIVE_INFINITY;
    lastScrape.set(instance, Math.max(last, lastScrape.get(instance) ?? Number.NEGATIVE_INFINITY));
  }
  return lastScrape.size > 0 && [...lastScrape.values()].every((t) => t >= loadEndedAt);
};

/** One settling: what is still awaited, and when each signal was there. */
class Settling {
  private readonly lag: Settled['ingestionLagSeconds'] = { trace: null, log: null, metric: null };
  private readonly missing: Settled['missing'];
  private error: string | null = null;

  private readonly startedAt = monotonicSeconds();
  private readonly sought: number;
  /** From when on what they left may lie: back ends need not look further back. */
  private readonly from: number;

  constructor(
    private readonly source: TelemetrySource,
    private readonly options: SettleOptions,
  ) {
    const last = lastTraces(options);
    const ids = last.map(({ traceId }) => traceId);
    this.sought = ids.length;
    this.from = Math.max(0, (last.at(-1)?.end ?? options.loadEndedAt) - BEFORE_SECONDS);
    this.missing = { traces: ids, logs: ids, metric: true };
  }

  private get window(): Window {
    return { from: this.from, to: nowSeconds() + 1 };
  }

  get done(): boolean {
    return Object.values(this.lag).every((seconds) => seconds !== null);
  }

  get result(): Settled {
    const { lag, missing, error, sought } = this;
    const seconds = monotonicSeconds() - this.startedAt;
    return {
      ingestionLagSeconds: { ...lag },
      missing: { ...missing },
      settle: {
        ...{ seconds, sought, error },
        traces: missing.traces.length,
        logs: missing.logs.length,
        metric: missing.metric,
      },
    };
  }

  /** The time was over before a question had its answer. */
  cutShort(): void {
    this.error ??= 'a question had no answer when the time was over';
  }

  async look(): Promise<void> {
    this.error = null;
    const { source, options, missing } = this;
    await this.until('trace', async () => {
      missing.traces = (await source.missing(missing.traces, options.clientService, this.window)).value;
      return missing.traces.length === 0;
    });
    await this.until('log', async () => {
      missing.logs = await withoutLog(source, missing.logs, this.window);
      return missing.logs.length === 0;
    });
    await this.until('metric', async () => {
      missing.metric = !(await metricSince(source, options));
      return !missing.metric;
    });
  }

  private async until(signal: Signal, isThere: () => Promise<boolean>): Promise<void> {
    if (this.lag[signal] !== null) return;
    try {
      if (await isThere()) this.lag[signal] = Math.max(0, nowSeconds() - this.options.loadEndedAt);
    } catch (error) {
      this.error = messageOf(error);
    }
  }
}

/** Whether the work was done within so many seconds; rejects with the signal's reason at once. Never leaves a timer. */
const within = async (seconds: number, work: Promise<void>, signal?: AbortSignal): Promise<boolean> => {
  const over = new AbortController();
  const ends = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  const time = sleep(seconds, ends).then(() => false);
  // When the work wins, this is the only one who hears that the wait was given up.
  time.catch(() => undefined);
  try {
    return await Promise.race([work.then(() => true), time]);
  } finally {
    over.abort();
  }
};

/**
 * Waits, at most `timeoutSeconds`, until the requests that were answered last show: each with a span of a service behind the
 * client and with a log line, and each instance of the entry service scraped after the load's end. Never throws for what
 * does not come or cannot be asked; rejects only with the signal's reason.
 */
export const settle = async (source: TelemetrySource, options: SettleOptions): Promise<Settled> => {
  const settling = new Settling(source, options);
  const deadline = monotonicSeconds() + options.timeoutSeconds;
  const { every = 0.2 } = options;
  for (let wait = every; ; wait = Math.min(wait * SLOWER, every * SLOWEST)) {
    const left = Math.max(0, deadline - monotonicSeconds());
    if (!(await within(left, settling.look(), options.signal))) settling.cutShort();
    if (settling.done || monotonicSeconds() >= deadline) return settling.result;
    await sleep(wait, options.signal);
  }
};
