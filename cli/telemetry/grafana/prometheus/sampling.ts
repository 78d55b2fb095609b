import type { Window } from '../../../../reports/record/common.ts';
import type { PrometheusQuestion } from './api.ts';
import { rawLiveness } from './liveness.ts';
import type { Series } from './matrix.ts';
import { fetchStepped } from './stepped.ts';
import { cadenceOf, lastBefore, scrapesOf, type Target, targetsOf } from './targets.ts';
import type { Wanted } from './wanted.ts';

/** A counter's sample before the window is looked for that far back, seconds; Prometheus' own look-back. */
const LOOK_BACK = 300;
/** At least that: what pushes has no `up` that would tell of its last sample before the window. */
const BLIND_LOOK_BACK = 60;
/** Windows up to that are asked for every sample at once, seconds. */
const SHORT = 900;
/** More samples of a series than this are thinned out to `POINTS`. */
const MAX_SAMPLES = 1200;
const POINTS = 600;
/** Samples of all series together: some 30 bytes each as JSON. */
const MAX_TOTAL = 2_500_000;
/** Seconds between scrapes where none are known: Prometheus' own default is 60, most set 15. */
const USUAL_CADENCE = 15;
/** With fewer steps than that in a window a spike of minutes may not stand out. */
const FEW_STEPS = 120;

/** Seconds between two points, a multiple of the cadence; null: every sample as it was scraped. */
export const stepOf = ({ from, to }: Window, cadence: number, count: number): number | null => {
  const samples = (to - from) / cadence;
  if (samples <= MAX_SAMPLES && samples * count <= MAX_TOTAL) return null;
  const thinned = Math.max((to - from) / POINTS, ((to - from) * count) / MAX_TOTAL);
  return Math.ceil(Math.max(1, thinned / cadence)) * Math.max(1, Math.round(cadence));
};

/** Where to begin, so that each target's last scrape before the window is seen, and a few samples of what pushes. */
const beginOf = (live: Series[], from: number): number => {
  const last = targetsOf(live)
    .filter(({ up }) => up !== null)
    .map((target) => lastBefore(scrapesOf(target), from));
  const known = last.filter((t): t is number => t !== null);
  return Math.max(from - LOOK_BACK - 0.5, Math.min(from - BLIND_LOOK_BACK, ...known.map((t) => t - 0.5)));
};

/** Said where it is the number of series that makes the steps so long that little can be seen. */
const sayIfCoarse = (
  question: PrometheusQuestion,
  { from, to }: Window,
  step: number,
  count: number,
): void => {
  if ((to - from) / step >= FEW_STEPS) return;
  question.lacks(
    `about ${count} series match, so many that they were read in steps of ${step} s: what lasts less than ${2 * step} s may not show; a shorter window is read more finely`,
  );
};

/**
 * The wanted series with `up` and start times, by target. Short windows come as every sample under the time of its
 * scrape, from the last one before the window on; long ones as the value at every step.
 */
export const fetchTargets = async (
  question: PrometheusQuestion,
  wanted: Wanted,
  window: Window,
): Promise<Target[]> => {
  const { from, to } = window;
  const isShort = to - from <= SHORT;
  const probe = { from: isShort ? from - LOOK_BACK : to - LOOK_BACK, to };
  const probed = await rawLiveness(question, wanted.jobs, probe);
  const step = stepOf(window, cadenceOf(probed) ?? USUAL_CADENCE, wanted.count);
  if (step !== null) {
    sayIfCoarse(question, window, step, wanted.count);
    const longer = { from: from - Math.max(2 * step, LOOK_BACK), to };
    return targetsOf(await fetchStepped(question, wanted, longer, step), step);
  }
  const live = isShort ? probed : await rawLiveness(question, wanted.jobs, { from: from - LOOK_BACK, to });
  const parts = [live];
  for (const selector of wanted.selectors)
    parts.push(await question.raw(selector, { from: beginOf(live, from), to }));
  return targetsOf(parts.flat());
};
