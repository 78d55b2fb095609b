import { randomBytes } from 'node:crypto';
import { nowSeconds } from '../../shared/clock.ts';
import { messageOf } from '../../shared/errors.ts';
import { pollUntil } from '../../shared/retry.ts';
import type { TelemetrySource } from '../../telemetry/telemetry-source.ts';

/** Longest wait for one trace, one log line, one metric and one exemplar to come back, seconds. */
const ROUND_TRIP_TIMEOUT = 15;

const newTraceId = (): string => randomBytes(16).toString('hex');

const requestWithTrace = async (baseUrl: string, traceId: string): Promise<boolean> => {
  const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
  try {
    const answer = await fetch(`${baseUrl}/products/1`, {
      headers: { traceparent },
      signal: AbortSignal.timeout(3000),
    });
    return answer.ok;
  } catch {
    return false;
  }
};

/** Whether each signal of the request came back. */
const checksOf = (
  source: TelemetrySource,
  traceId: string,
  from: number,
): Record<string, () => Promise<boolean>> => {
  const window = () => ({ from, to: nowSeconds() + 1 });
  return {
    trace: async () => (await source.traces([traceId])).value.size > 0,
    log: async () => (await source.logs(window(), { traceIds: [traceId], limit: 1 })).value.length > 0,
    metric: async () => (await source.red(window())).value.some(({ points }) => points.length > 0),
    exemplar: async () => (await source.exemplars(window())).value.length > 0,
  };
};

/** The signal with what its back end said, where it said that it cannot answer; undefined once it is there. */
const stillMissing = async (signal: string, check: () => Promise<boolean>): Promise<string | undefined> => {
  try {
    return (await check()) ? undefined : signal;
  } catch (error) {
    return `${signal} (${messageOf(error)})`;
  }
};

/**
 * Sends one request through the gateway and waits until its trace, a log line of it, a metric and an exemplar are read
 * back. Returns what is still missing when the time is over; empty = ready.
 */
export const syntheticRoundTrip = async (
  baseUrl: string,
  source: TelemetrySource,
  timeout = ROUND_TRIP_TIMEOUT,
): Promise<string[]> => {
  const traceId = newTraceId();
  const checks = new Map(Object.entries(checksOf(source, traceId, nowSeconds() - 5)));
  let answered = false;
  let missing = ['request'];
  await pollUntil(
    async () => {
      answered ||= await requestWithTrace(baseUrl, traceId);
      if (!answered) return undefined;
      const asked = [...checks];
      const found = await Promise.all(asked.map(([signal, check]) => stillMissing(signal, check)));
      for (const [i, [signal]] of asked.entries()) if (found[i] === undefined) checks.delete(signal);
      missing = found.filter((signal) => signal !== undefined);
      // A metric needs two scrapes with a request between them.
      if (checks.has('metric')) await requestWithTrace(baseUrl, newTraceId());
      return checks.size === 0 ? true : undefined;
    },
    { timeout, every: 0.1 },
  );
  return missing;
};
