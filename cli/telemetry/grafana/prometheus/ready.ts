import { nowSeconds } from '../../../shared/clock.ts';
import { addressOf } from '../access.ts';
import { BackendError } from '../backend-error.ts';
import type { BackendClient } from '../http.ts';
import type { Names } from '../options.ts';
import type { PartState } from '../parts.ts';
import { PrometheusQuestion } from './api.ts';
import { MalformedAnswer, METRIC_NAME, numberOf } from './matrix.ts';
import { ACCEPTED, FAILED, REFUSED } from './pipeline-metrics.ts';
import { selectorOf } from './promql.ts';

const isMissing = (error: unknown): boolean =>
  error instanceof BackendError && (error.status === 404 || error.status === 405);

const fieldOf = (data: unknown, field: string): unknown =>
  typeof data === 'object' && data !== null ? (data as Record<string, unknown>)[field] : undefined;

/** The version; null where the API has no build information, as some compatible back ends. */
const versionOf = async (question: PrometheusQuestion): Promise<string | null> => {
  try {
    return await question.ask('/api/v1/status/buildinfo', {}, (data) => {
      const version = fieldOf(data, 'version');
      if (typeof version !== 'string') throw new MalformedAnswer('no version is stated');
      return version;
    });
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

/** Whether exemplars are stored; null where that cannot be told. */
const storesExemplars = async (question: PrometheusQuestion): Promise<boolean | null> => {
  try {
    return await question.ask('/api/v1/status/flags', {}, (data) => {
      const features = fieldOf(data, 'enable-feature');
      return typeof features === 'string' ? features.split(',').includes('exemplar-storage') : null;
    });
  } catch (error) {
    if (error instanceof BackendError && error.status !== null) return null;
    throw error;
  }
};

/** Seconds by which the back end's clock is ahead, at least; 0 within the time the question took. */
const clockOffset = async (question: PrometheusQuestion): Promise<number> => {
  const sent = nowSeconds();
  const there = await question.ask('/api/v1/query', { parameters: { query: 'time()' } }, (data) => {
    const result = fieldOf(data, 'result');
    if (!Array.isArray(result)) throw new MalformedAnswer('the time is no scalar');
    return numberOf(result[1]);
  });
  const received = nowSeconds();
  if (there > received) return there - received;
  return there < sent ? there - sent : 0;
};

/** Whether a collector's own metrics are there. */
const hasPipeline = (question: PrometheusQuestion): Promise<boolean> => {
  const query = selectorOf([...ACCEPTED, ...REFUSED, ...FAILED]);
  return question.ask('/api/v1/query', { parameters: { query }, post: true }, (data) => {
    const result = fieldOf(data, 'result');
    if (!Array.isArray(result)) throw new MalformedAnswer('the result is no vector');
    return result.length > 0;
  });
};

/** The configured histograms that are there as native ones only, in the last hour. */
const nativeOnly = async (question: PrometheusQuestion, { serverDuration }: Names): Promise<string[]> => {
  const now = nowSeconds();
  const match = serverDuration.map((histogram) => selectorOf([histogram, `${histogram}_count`]));
  const found = await question.series(match, { from: now - 3600, to: now });
  const there = new Set(found.map((labels) => labels[METRIC_NAME]));
  const isClassic = serverDuration.some((histogram) => there.has(`${histogram}_count`));
  return isClassic ? [] : serverDuration.filter((histogram) => there.has(histogram));
};

const onlyNative = ([histogram]: string[]): string =>
  `${histogram} is there as a native histogram only, which is not read: rates and latencies of served requests are missing; have the classic buckets scraped too (always_scrape_classic_histograms).`;

const NO_EXEMPLARS =
  'Prometheus stores no exemplars (it runs without --enable-feature=exemplar-storage): traces of a spike are found by TraceQL instead.';
const NO_PIPELINE =
  'Prometheus scrapes no OpenTelemetry collector: what the pipeline accepted, refused and rejected is not known.';

/**
 * Whether it is Prometheus, which one, whether it stores exemplars, whether its clock agrees with ours, and
 * whether it scrapes a collector. Throws BackendError when it cannot be asked.
 */
export const askReady = async (client: BackendClient, names: Names): Promise<PartState> => {
  const question = new PrometheusQuestion(client, () => {});
  const version = await versionOf(question);
  const offset = await clockOffset(question);
  const exemplars = await storesExemplars(question);
  const pipeline = await hasPipeline(question);
  const native = await nativeOnly(question, names);
  const degraded = [
    ...(native.length > 0 ? [onlyNative(native)] : []),
    ...(exemplars === false ? [NO_EXEMPLARS] : []),
    ...(pipeline ? [] : [NO_PIPELINE]),
  ];
  return {
    detail: `Prometheus ${version ?? 'of unknown version'} at ${addressOf(client.access, '').href}`,
    degraded,
    clockOffset: offset,
  };
};
