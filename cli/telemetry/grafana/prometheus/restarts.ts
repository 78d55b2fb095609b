import { isGauge } from './gauges.ts';
import { keyOf, METRIC_NAME, type Sample, type Series } from './matrix.ts';
import type { Target } from './targets.ts';

/** A start time that moves by less is the same process's: some compute it anew at each scrape. */
const SAME_START_SECONDS = 0.5;

/** Whether it only ever grows while its process lives; sums may fall, by negative observations. */
export const isMonotonic = (series: Series): boolean =>
  !isGauge(series) && !series.labels[METRIC_NAME]?.endsWith('_sum');

export const finite = (samples: Sample[]): Sample[] => samples.filter(([, value]) => Number.isFinite(value));

/** Two neighbouring samples of a series: when the first was taken, and when the second, which differs from it. */
interface Change {
  after: number;
  at: number;
}

const changes = (samples: Sample[], differs: (before: number, now: number) => boolean): Change[] =>
  finite(samples).flatMap(([at, value], i, all) =>
    i > 0 && differs(all[i - 1]![1], value) ? [{ after: all[i - 1]![0], at }] : [],
  );

const fallsOf = ({ samples }: Series): Change[] => changes(samples, (before, now) => now < before);

const newStarts = ({ starts }: Target): Change[] =>
  changes(starts, (before, now) => Math.abs(now - before) > SAME_START_SECONDS);

/** Times of the changes that no restart seen earlier explains. */
const unexplained = (all: Change[]): number[] => {
  const restarts: number[] = [];
  for (const { after, at } of [...all].sort((a, b) => a.at - b.at)) {
    const last = restarts.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (last <= after) restarts.push(at);
  }
  return restarts;
};

/** Names the counter or histogram a series is of: its buckets, its count and its sum begin anew together. */
const familyOf = ({ labels: { le: _bound, ...labels } }: Series): string =>
  keyOf({ ...labels, [METRIC_NAME]: labels[METRIC_NAME]?.replace(/_(bucket|count|sum)$/, '') ?? '' });

const familiesOf = (series: Series[]): Series[][] => {
  const families = new Map<string, Series[]>();
  for (const one of series) {
    const key = familyOf(one);
    const family = families.get(key);
    if (family) family.push(one);
    else families.set(key, [one]);
  }
  return [...families.values()];
};

/**
 * Times by which each series had begun anew: with its process, by the start time, and where that says nothing by a fall
 * of itself or of another part of its histogram. What else falls in the target says nothing of it: a gauge goes down,
 * and of what was made of spans one series expires and comes back while the others go on.
 */
export const restartsOf = (target: Target): Map<Series, number[]> => {
  const anew = newStarts(target);
  return new Map(
    familiesOf(target.series).flatMap((family) => {
      const restarts = unexplained([...anew, ...family.filter(isMonotonic).flatMap(fallsOf)]);
      return family.map((one): [Series, number[]] => [one, restarts]);
    }),
  );
};
