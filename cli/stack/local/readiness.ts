import { randomBytes } from 'node:crypto';
import { nowSeconds } from '../../shared/clock.ts';
import { pollUntil } from '../../shared/retry.ts';
import type { TelemetrySource } from '../../telemetry/telemetry-source.ts';

/** Longest wait for one trace, one log line and one metric to come back, seconds. */
const ROUND_TRIP_TIMEOUT = 15;

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

const seen = async (
  source: TelemetrySource,
  traceId: string,
  from: number,
): Promise<Record<string, boolean>> => {
  const window = { from, to: nowSeconds() + 1 };
  const [traces, logs, red] = await Promise.all([
    source.traces([traceId]),
    source.logs(window, { traceIds: [traceId], limit: 1 }),
    source.red(window),
  ]);
  return {
    trace: traces.value.size > 0,
    log: logs.value.length > 0,
    metric: red.value.some((series) => series.points.length > 0),
  };
};

/**
 * Sends one request through the gateway and waits until its trace, a log line of it and a metric are read back.
 * Returns what is still missing when the time is over; empty = ready.
 */
export const syntheticRoundTrip = async (baseUrl: string, source: TelemetrySource): Promise<string[]> => {
  const traceId = randomBytes(16).toString('hex');
  const from = nowSeconds() - 5;
  let missing = ['request'];
  await pollUntil(
    async () => {
      if (missing.includes('request') && !(await requestWithTrace(baseUrl, traceId))) return undefined;
      const found = await seen(source, traceId, from);
      missing = Object.keys(found).filter((signal) => !found[signal]);
      // A metric needs two scrapes with a request between them.
      if (missing.includes('metric')) await requestWithTrace(baseUrl, randomBytes(16).toString('hex'));
      return missing.length === 0 ? true : undefined;
    },
    { timeout: ROUND_TRIP_TIMEOUT, every: 0.1 },
  );
  return missing;
};
