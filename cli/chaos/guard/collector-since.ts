import axios from 'axios';
import { nowSeconds } from '../../shared/clock.ts';

/** Longest wait for the collector's own metrics, milliseconds. */
const ANSWER_MS = 500;

/** The metric `otelcol_process_uptime`, with whatever the exporter adds to its name. */
const UPTIME = /^otelcol_process_uptime(?:_seconds)?(?:_total)?(?:\{.*\})? (\S+)/m;

/**
 * Since when the collector has had the configuration that it has, Unix seconds, or a little earlier, never later: each
 * time it reads its configuration it counts its uptime anew (opentelemetry-collector v0.162, service/service.go and
 * service/internal/proctelemetry). Undefined where it does not say.
 */
export const configuredSince = async (metricsUrl: string): Promise<number | undefined> => {
  const asked = nowSeconds();
  try {
    const options = { timeout: ANSWER_MS, proxy: false, responseType: 'text', maxRedirects: 0 } as const;
    const { data } = await axios.get<string>(metricsUrl, options);
    const uptime = Number(UPTIME.exec(data)?.[1] ?? Number.NaN);
    return Number.isFinite(uptime) ? asked - uptime : undefined;
  } catch {
    return undefined;
  }
};
