import type { Hypothesis, HypothesisResult, Stage, Tolerance } from '../record/indicator.ts';
import type { RunRecord } from '../record/record.ts';
import { capital, indicatorText, inUnit, toleranceText, windowText } from './describe.ts';
import { type IndicatorValue, indicatorOver } from './indicator.ts';
import { unmatchedText } from './unmatched.ts';
import { type JudgedWindow, judgedWindow, PHASE_OF } from './windows.ts';

/** What judging reads of a record. */
export type RecordParts = Pick<RunRecord, 'series' | 'entryService' | 'phases' | 'faults' | 'experiment'>;

const within = (value: number, { atMost, atLeast }: Tolerance): boolean =>
  (atMost === null || value <= atMost) && (atLeast === null || value >= atLeast);

/**
 * The value that there would be if every missing request had been good: of an error ratio, and of the rate that a service
 * counted (what a client did not send was not sent). Other measures as they are.
 */
const atBest = (
  { indicator }: Hypothesis,
  seen: IndicatorValue,
  { from, to }: JudgedWindow,
): number | null => {
  const { value, good, total, missing } = seen;
  if (value === null || missing === 0) return value;
  if (indicator.measure === 'error-ratio') return (total - good) / (total + missing);
  const isCounted = indicator.measure === 'requests-per-second' && indicator.viewpoint === 'server';
  return isCounted ? value + missing / (to - from) : value;
};

interface Judged {
  held: boolean | null;
  text: string;
}

const judge = (
  parts: RecordParts,
  hypothesis: Hypothesis,
  window: JudgedWindow,
  seen: IndicatorValue,
): Judged => {
  const { indicator, tolerance } = hypothesis;
  const what = indicatorText(indicator, parts.entryService);
  if (!seen.matched) return { held: null, text: unmatchedText(parts, indicator, what) };
  if (seen.value === null)
    return { held: null, text: `${capital(what)} is unknown ${windowText(window)}: no request ended.` };
  const { measure } = indicator;
  const value = inUnit(measure, seen.value);
  const said = `${capital(what)} was ${value} ${windowText(window)} (${toleranceText(measure, tolerance)})`;
  if (within(seen.value, tolerance)) return { held: true, text: `${said}.` };
  const best = atBest(hypothesis, seen, window);
  return best !== null && within(best, tolerance)
    ? {
        held: null,
        text: `${said}, but ${Math.round(seen.missing)} requests are missing: had they been good, it would have held.`,
      }
    : { held: false, text: `${said}: it did not hold.` };
};

const resultOf = (parts: RecordParts, hypothesis: Hypothesis, when: Stage): HypothesisResult => {
  const { indicator, tolerance } = hypothesis;
  const window = judgedWindow(parts, PHASE_OF[when]);
  if (!window) {
    const what = capital(indicatorText(indicator, parts.entryService));
    const place = windowText({ phase: PHASE_OF[when], leftOut: 0 });
    const text = `${what} is unknown ${place}: nothing of it was watched.`;
    return { indicator, tolerance, when, value: null, held: null, text };
  }
  const seen = indicatorOver(parts, indicator, window);
  return { indicator, tolerance, when, value: seen.value, ...judge(parts, hypothesis, window, seen) };
};

/** Each sentence of the steady-state hypothesis in each of its stages, in the experiment's order. */
export const judgeHypotheses = (parts: RecordParts): HypothesisResult[] =>
  parts.experiment.hypothesis.flatMap((hypothesis) =>
    hypothesis.when.map((when) => resultOf(parts, hypothesis, when)),
  );
