import { type Labels, METRIC_NAME, type Sample, type Series } from './matrix.ts';

/** Labels by which copies of one Prometheus tell their series apart. */
const COPY = ['prometheus_replica', '__replica__'];

/** Names the process that a series was scraped from, or pushed by. */
export const targetOf = (labels: Labels): string =>
  JSON.stringify([labels.job ?? '', labels.instance ?? '', ...COPY.map((name) => labels[name] ?? '')]);

/** One scraped or pushing process. */
export interface Target {
  key: string;
  /** Its metrics, `up` and the start time aside. */
  series: Series[];
  /** Null where it is not scraped but pushes. */
  up: Series | null;
  /** Start time of the process over time; empty where it shows none. */
  starts: Sample[];
  /** Seconds between the points that are wanted of it, at multiples of them; null: every sample. */
  step: number | null;
}

export const UP = 'up';
export const START_TIME = 'process_start_time_seconds';

const newTarget = (key: string, step: number | null): Target => ({
  ...{ key, series: [], up: null, starts: [], step },
});

/** What a process pushes beside being scraped stands under other times than its scrapes: a target of its own. */
const withoutPushed = (target: Target): Target[] => {
  if (!target.up) return [target];
  const scrapes = new Set(target.up.samples.map(([t]) => t));
  const isScraped = ({ samples }: Series): boolean => samples.some(([t]) => scrapes.has(t));
  const pushed = target.series.filter((series) => !isScraped(series));
  if (pushed.length === 0) return [target];
  return [
    { ...target, series: target.series.filter(isScraped) },
    { ...newTarget(`${target.key} pushed`, target.step), series: pushed },
  ];
};

/** Series by the process they belong to. `step`: seconds between the points that are wanted; null: every sample. */
export const targetsOf = (series: Series[], step: number | null = null): Target[] => {
  const targets = new Map<string, Target>();
  for (const one of series) {
    const key = targetOf(one.labels);
    const target = targets.get(key) ?? newTarget(key, step);
    targets.set(key, target);
    const name = one.labels[METRIC_NAME];
    if (name === UP) target.up = one;
    else target.series.push(one);
    if (name === START_TIME) target.starts = one.samples;
  }
  return [...targets.values()].flatMap(withoutPushed);
};

/** Times at which the target was read: its scrapes that worked, and whenever a series of it has a sample. */
export const scrapesOf = ({ up, series }: Target): number[] => {
  const times = new Set(series.flatMap(({ samples }) => samples.map(([t]) => t)));
  for (const [t, value] of up?.samples ?? []) if (value > 0) times.add(t);
  return [...times].sort((a, b) => a - b);
};

/** The samples of one of the target's series that are points of their own: where steps are wanted those at their ends. */
export const pointsOf = ({ step }: Target, { samples }: Series): Sample[] =>
  step === null ? samples : samples.filter(([t]) => t % step === 0);

const median = (values: number[]): number | null => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? null : sorted[Math.floor(sorted.length / 2)]!;
};

/** Usual seconds between two samples; null with fewer than two anywhere. */
export const cadenceOf = (series: Series[]): number | null =>
  median(series.flatMap(({ samples }) => samples.slice(1).map(([t], i) => t - samples[i]![0])));

/** How many of the ascending times, from the first on, hold. */
const countWhile = (times: number[], holds: (time: number) => boolean): number => {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(times[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The last time before `t` in ascending times, null without one. */
export const lastBefore = (times: number[], t: number): number | null =>
  times[countWhile(times, (time) => time < t) - 1] ?? null;

/** Whether one of the ascending times lies in (from, to]. */
export const anyWithin = (times: number[], from: number, to: number): boolean =>
  countWhile(times, (time) => time <= to) > countWhile(times, (time) => time <= from);
