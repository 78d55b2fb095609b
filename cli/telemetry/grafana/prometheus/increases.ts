import type { Sample, Series } from './matrix.ts';
import { finite, isMonotonic, restartsOf } from './restarts.ts';
import { anyWithin, cadenceOf, lastBefore, scrapesOf, type Target } from './targets.ts';

export interface Increase {
  t: number;
  /** Since the scrape before that worked; times have milliseconds. */
  seconds: number;
  increase: number;
}

/** When the target was read before, at `t`; null where that is not known. `own`: the series' sample before. */
type ReadBefore = (t: number, own: Sample | undefined, series: Series) => number | null;

/** What was there for so many times its cadence would have been seen by now. */
const SURELY = 1.5;

/**
 * What pushes has no scrapes that all its series share: several exporters, or several replicas, each have their own
 * times. A series counts from its own sample before; one that is seen first counts from the push before only when it
 * would have come earlier, had it been there.
 */
const pushedBefore = (target: Target): ReadBefore => {
  const times = scrapesOf(target);
  const usual = cadenceOf(target.series) ?? Number.POSITIVE_INFINITY;
  return (t, own, series) => {
    if (own) return own[0];
    const cadence = cadenceOf([series]) ?? usual;
    return t - times[0]! > SURELY * cadence ? lastBefore(times, t - cadence / 2) : null;
  };
};

const readBefore = (target: Target): ReadBefore => {
  if (!target.up) return pushedBefore(target);
  const scrapes = scrapesOf(target);
  return (t) => lastBefore(scrapes, t);
};

const milliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** The increases within each step as one, at its end. */
const inSteps = (increases: Increase[], step: number): Increase[] => {
  const sums = new Map<number, Increase>();
  for (const { t, seconds, increase } of increases) {
    const end = Math.ceil(t / step) * step;
    const sum = sums.get(end) ?? { t: end, seconds: 0, increase: 0 };
    sums.set(end, {
      t: end,
      seconds: milliseconds(sum.seconds + seconds),
      increase: sum.increase + increase,
    });
  }
  return [...sums.values()];
};

/**
 * Increases of each series between the scrapes of its target, by the rule of the embedded source's scraper: a restart
 * counts from zero; so does a series seen first after an earlier scrape, which began in between; what the very first
 * scrape of a target shows is no increase. Values that are no numbers are passed over. Of a target that is wanted in
 * steps the increases of each step are one.
 */
export const increasesOf = (target: Target): Map<Series, Increase[]> => {
  const before = readBefore(target);
  const restarts = restartsOf(target);
  const ofSeries = (series: Series): Increase[] => {
    const samples = finite(series.samples);
    const all = samples.flatMap(([t, value], i) => {
      const own = samples[i - 1];
      const read = before(t, own, series);
      if (read === null) return [];
      const [at, last] = own ?? [t, 0];
      const anew = anyWithin(restarts.get(series) ?? [], at, t) || (isMonotonic(series) && value < last);
      return [{ t, seconds: milliseconds(t - read), increase: value - (anew ? 0 : last) }];
    });
    return target.step === null ? all : inSteps(all, target.step);
  };
  return new Map(target.series.map((series) => [series, ofSeries(series)]));
};
