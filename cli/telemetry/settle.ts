import type { Completeness } from '../../reports/record/evidence.ts';
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
  /** Seconds between questions. */
  every?: number;
  signal?: AbortSignal;
}

export interface Settled {
  /** Seconds from the end of the load until the last of each was visible; null = not within the time. */
  ingestionLagSeconds: Completeness['ingestionLagSeconds'];
  /** What had not come when the time was over: trace ids without a span, and without a log line. */
  missing: { traces: string[]; logs: string[]; metric: boolean };
  /** Why the last question failed; null when it did not. */
  error: string | null;
}

/**
 * The requests that ended last and were answered, a failure included: what they left is the last to arrive. One
 * without an answer may never have reached the platform.
 */
const LAST_TRACES = 10;
const BEFORE_SECONDS = 600;

type Signal = 'trace' | 'log' | 'metric';

const lastTraceIds = ({ clientTraces }: SettleOptions): string[] =>
  [...clientTraces]
    .filter(({ answered }) => answered)
    .sort((a, b) => b.end - a.end)
    .slice(0, LAST_TRACES)
    .map(({ traceId }) => traceId);

const withoutLog = async (source: TelemetrySource, ids: string[], { loadEndedAt }: SettleOptions) => {
  if (ids.length === 0) return [];
  const window = { from: Math.max(0, loadEndedAt - BEFORE_SECONDS), to: nowSeconds() + 1 };
  const { value } = await source.logs(window, { traceIds: ids, limit: 10_000 });
  const seen = new Set(value.map(({ traceId }) => traceId));
  return ids.filter((id) => !seen.has(id));
};

const metricSince = async (source: TelemetrySource, { loadEndedAt, entryService }: SettleOptions) => {
  const { value } = await source.red({ from: loadEndedAt, to: nowSeconds() + 1 });
  return value.some(({ service, points }) => (entryService ?? service) === service && points.length > 0);
};

/** One settling: what is still awaited, and when each signal was there. */
class Settling {
  private readonly lag: Settled['ingestionLagSeconds'] = { trace: null, log: null, metric: null };
  private readonly missing: Settled['missing'];
  private error: string | null = null;

  constructor(
    private readonly source: TelemetrySource,
    private readonly options: SettleOptions,
  ) {
    const ids = lastTraceIds(options);
    this.missing = { traces: ids, logs: ids, metric: true };
  }

  get done(): boolean {
    return Object.values(this.lag).every((seconds) => seconds !== null);
  }

  get result(): Settled {
    return { ingestionLagSeconds: this.lag, missing: this.missing, error: this.error };
  }

  async look(): Promise<void> {
    this.error = null;
    const { source, options, missing } = this;
    await this.until('trace', async () => {
      missing.traces = (await source.missing(missing.traces, options.clientService)).value;
      return missing.traces.length === 0;
    });
    await this.until('log', async () => {
      missing.logs = await withoutLog(source, missing.logs, options);
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

/**
 * Waits, at most `timeoutSeconds`, until the requests that were answered last show: each with a span of a service behind the
 * client and with a log line, and a metric scraped after the load's end. Never throws for what does not come or
 * cannot be asked; rejects only with the signal's reason.
 */
export const settle = async (source: TelemetrySource, options: SettleOptions): Promise<Settled> => {
  const settling = new Settling(source, options);
  const deadline = monotonicSeconds() + options.timeoutSeconds;
  for (;;) {
    await settling.look();
    if (settling.done || monotonicSeconds() >= deadline) return settling.result;
    await sleep(options.every ?? 0.2, options.signal);
  }
};
