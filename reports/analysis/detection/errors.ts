import type { Phase } from '../../record/common.ts';
import { phaseAt } from '../phases.ts';
import type { Point } from '../series.ts';
import { binomialUpperTail, type Count, fisherUpperTail } from '../statistics/fisher.ts';
import { type Anomaly, after, inside, mergeClose, toAnomaly } from './anomaly.ts';
import { findRuns, type Run } from './runs.ts';

/** The rule (docs: detection): counts of the steady phase against at most 15 s, Fisher, 1e-4, at least 3 errors. */
export const ERROR_RULE = { windowSeconds: 15, alpha: 1e-4, minFailures: 3 } as const;
/** A single second counts as abnormal when so many failures would come up less than one time in twenty. */
const ABNORMAL_SECOND_ALPHA = 0.05;

const total = (points: Point[]): Count => ({
  requests: points.reduce((sum, p) => sum + p.requests, 0),
  failures: points.reduce((sum, p) => sum + p.failures, 0),
});

const ratio = ({ requests, failures }: Count): number => (requests > 0 ? failures / requests : 0);

const pText = (p: number): string => (p < 1e-300 ? 'below 1e-300' : p.toExponential(1));

const clean = (points: Point[]): Point[] =>
  points
    .filter(({ requests }) => requests > 0)
    .map((point) => ({ ...point, failures: Math.min(point.failures, point.requests) }));

/** The points a rule at point `i` looks at: 15 s at most, since its phase began, since the run before ended. */
const windowsOf = (tested: Point[], phases: Phase[], steady: Phase) => {
  const phaseStarts = tested.map((p) => phaseAt(phases, p.t + p.seconds / 2)?.from ?? steady.to);
  return (i: number, from: number): Point[] => {
    const end = tested[i]!.t + tested[i]!.seconds;
    const start = Math.max(phaseStarts[i]!, end - ERROR_RULE.windowSeconds);
    return tested.slice(from, i + 1).filter((p) => p.t + p.seconds > start);
  };
};

const describe = (window: Point[], reference: Count): string => {
  const current = total(window);
  const seconds = window.at(-1)!.t + window.at(-1)!.seconds - window[0]!.t;
  const p = pText(fisherUpperTail(reference, current));
  return `${current.failures} of ${current.requests} requests failed within ${Math.round(seconds)} s, against ${reference.failures} of ${reference.requests} in steady (Fisher's exact test, one-sided p = ${p})`;
};

/**
 * Stretches in which requests failed more often than in the steady phase. The window starts anew at each phase
 * and grows second by second up to 15 s, so a clear failure fires at once. Empty seconds say nothing either way.
 */
export const errorAnomalies = (points: Point[], phases: Phase[], steady: Phase): Anomaly[] => {
  const reference = total(inside(clean(points), steady));
  const tested = after(clean(points), steady);
  if (reference.requests === 0) return [];

  // Jeffreys' estimate: a steady phase without a failure does not prove that none can happen.
  const expected = (reference.failures + 0.5) / (reference.requests + 1);
  const abnormal = tested.map(
    (p) => p.failures > 0 && binomialUpperTail(p, expected) < ABNORMAL_SECOND_ALPHA,
  );
  const windowAt = windowsOf(tested, phases, steady);
  const fires = (i: number, from: number): boolean => {
    if (tested[i]!.failures === 0) return false;
    const current = total(windowAt(i, from));
    return (
      current.failures >= ERROR_RULE.minFailures && fisherUpperTail(reference, current) < ERROR_RULE.alpha
    );
  };
  const evidence = ({ fired, from }: Run) => describe(windowAt(fired, from), reference);
  return mergeClose(
    findRuns(abnormal, fires).map((run) =>
      toAnomaly(tested, run, { steady, baseline: ratio(reference), value: ratio, evidence }),
    ),
  );
};
