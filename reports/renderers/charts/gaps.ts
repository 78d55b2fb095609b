/** Samples that are more than so many times their usual distance apart leave open what was between them. */
const FAR = 4;

const medianStep = (times: number[]): number => {
  const steps = times
    .slice(1)
    .map((time, i) => time - times[i]!)
    .sort((a, b) => a - b);
  return steps[steps.length >> 1] ?? 0;
};

/**
 * The points of a gauge, with a null where samples are missing: a line through there would show values that nobody read.
 * Counters need none, since an increment is over all the time before it.
 */
export const withGaps = (points: [number, number | null][]): [number, number | null][] => {
  const far = FAR * medianStep(points.map(([time]) => time));
  return points.flatMap(([time, value], i): [number, number | null][] => {
    const before = points[i - 1]?.[0] ?? time;
    return time - before > far
      ? [
          [(before + time) / 2, null],
          [time, value],
        ]
      : [[time, value]];
  });
};
