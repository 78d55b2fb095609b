/**
 * The matrix of Prometheus' HTTP API: series of [Unix seconds, value as text], as an instant query of a range selector
 * and a range query both answer it. Source: prometheus.io/docs, "HTTP API", "Range vectors". Stale markers are left
 * out by Prometheus itself, so what ended shows as a series that stops.
 */

export type Labels = Record<string, string>;
export type Sample = [t: number, value: number];

export interface Series {
  labels: Labels;
  /** By time, each time once. */
  samples: Sample[];
}

export const METRIC_NAME = '__name__';

/** What an answer is when it is not of the shape the API documents. */
export class MalformedAnswer extends Error {}

const SPECIAL: Record<string, number> = {
  '+Inf': Number.POSITIVE_INFINITY,
  Inf: Number.POSITIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
  NaN: Number.NaN,
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as the API writes it: a decimal text, NaN, +Inf or -Inf. Throws MalformedAnswer. */
export const numberOf = (text: unknown): number => {
  if (typeof text !== 'string' || text.trim() === '') throw new MalformedAnswer('a value is no text');
  const value = SPECIAL[text] ?? Number(text);
  if (Number.isNaN(value) && text !== 'NaN') throw new MalformedAnswer(`a value is no number: ${text}`);
  return value;
};

const sampleOf = (pair: unknown): Sample => {
  if (!Array.isArray(pair) || typeof pair[0] !== 'number' || !Number.isFinite(pair[0]))
    throw new MalformedAnswer('a sample is no pair of time and value');
  return [pair[0], numberOf(pair[1])];
};

/** Labels of a series. Throws MalformedAnswer. */
export const labelsOf = (labels: unknown): Labels => {
  if (!isRecord(labels) || !Object.values(labels).every((value) => typeof value === 'string'))
    throw new MalformedAnswer('labels are no texts');
  return labels as Labels;
};

/** Samples by time, each time once; where two differ at one time the later in the list stands. */
export const ordered = (samples: Sample[]): Sample[] => {
  const isOrdered = samples.every(([t], i) => i === 0 || samples[i - 1]![0] < t);
  return isOrdered ? samples : [...new Map(samples)].sort(([a], [b]) => a - b);
};

const listOf = (value: unknown, what: string): unknown[] => {
  if (!Array.isArray(value)) throw new MalformedAnswer(`${what} is no list`);
  return value;
};

const seriesOf = (item: unknown): Series => {
  if (!isRecord(item)) throw new MalformedAnswer('a series is no object');
  const samples = listOf(item.values ?? [], 'the samples').map(sampleOf);
  return { labels: labelsOf(item.metric), samples: ordered(samples) };
};

/** The series in the `data` of an answer, without those that have native histograms only. Throws MalformedAnswer. */
export const parseMatrix = (data: unknown): Series[] => {
  if (!isRecord(data) || data.resultType !== 'matrix') throw new MalformedAnswer('the result is no matrix');
  const series = listOf(data.result, 'the result').map(seriesOf);
  return series.filter(({ samples }) => samples.length > 0);
};

/** Names a series among others. */
export const keyOf = (labels: Labels): string =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The series of several answers, those with the same labels joined. */
export const joinSeries = (parts: Series[][]): Series[] => {
  const byKey = new Map<string, Series[]>();
  for (const series of parts.flat()) {
    const key = keyOf(series.labels);
    const same = byKey.get(key);
    if (same) same.push(series);
    else byKey.set(key, [series]);
  }
  return [...byKey.values()].map((same) =>
    same.length === 1
      ? same[0]!
      : { labels: same[0]!.labels, samples: ordered(same.flatMap(({ samples }) => samples)) },
  );
};
