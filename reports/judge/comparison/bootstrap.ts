import { median } from '../../analysis/statistics/median.ts';
import type { Measure } from '../../record/indicator.ts';
import { seededRandom } from './random.ts';
import { Resampler } from './resampler.ts';
import type { Sample } from './sample.ts';

/** Enough for both ends of an interval that is right in all but one of 180 cases: eleven draws lie beyond them. */
const DRAWS = 2000;
/** Any will do; the same one, so that the same runs give the same answer. */
const SEED = 20_261_122;

const known = (values: (number | null)[]): number[] => values.filter((value) => value !== null);

/** The middle of what the baseline runs show, runs drawn anew as well as their blocks. */
const drawBaseline = (runs: Resampler[], random: () => number, measures: Measure[]): number[] => {
  const drawn = runs.map(() => runs[Math.floor(random() * runs.length)]!.measures(random, measures));
  return measures.map((_, i) => median(known(drawn.map((values) => values[i]!))));
};

const between = (sorted: number[], tail: number): [number, number] => {
  const last = sorted.length - 1;
  return [sorted[Math.floor(tail * last)]!, sorted[Math.ceil((1 - tail) * last)]!];
};

/**
 * For each measure the interval of the difference between the run and the baseline runs that leaves out `tail` (0..0.5)
 * on either side: percentiles of differences between samples drawn anew in blocks. Null where nothing ended.
 */
export const bootstrapIntervals = (
  run: Sample,
  baseline: Sample[],
  measures: Measure[],
  tail: number,
): ([number, number] | null)[] => {
  const random = seededRandom(SEED);
  const [own, others] = [new Resampler(run), baseline.map((sample) => new Resampler(sample))];
  const differences = measures.map((): number[] => []);
  for (let draw = 0; draw < DRAWS; draw++) {
    const values = own.measures(random, measures);
    const middle = drawBaseline(others, random, measures);
    values.forEach((value, i) => {
      if (value !== null && Number.isFinite(middle[i])) differences[i]!.push(value - middle[i]!);
    });
  }
  return differences.map((all) =>
    all.length < DRAWS / 2
      ? null
      : between(
          all.sort((a, b) => a - b),
          tail,
        ),
  );
};
