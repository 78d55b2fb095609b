import type { Phase } from '../../record/common.ts';
import type { Point } from '../series.ts';
import { binomialUpperTail, type Count, fisherUpperTail } from '../statistics/fisher.ts';
import { type Anomaly, after, inside, mergeClose, toAnomaly } from './anomaly.ts';
import { findRuns, type Run } from './runs.ts';

/**
 * The rule (docs/adr/0007): counts of the steady phase against those of the last 3, 5 and 15 s, Fisher, at least
 * 3 errors. The windows share the 1e-4 (Bonferroni): short ones find a clear failure at once, long ones a small one.
 */
export const ERROR_RULE = { windowsSeconds: [3, 5, 15], alpha: 1e-4, minFailures: 3 } as const;
const ALPHA_EACH = ERROR_RULE.alpha / ERROR_RULE.windowsSeconds.length;
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

interface Alarm {
  seconds: number;
  current: Count;
  p: number;
}

/**
 * The most telling of the windows that end with point `i`; null when none passes. They roll over the end of the
 * steady phase, for nobody who watches knows where a fault begins, but not into the run before (`from`). Where points
 * are further apart than a window is long, it holds one point.
 */
const alarmAt = (seen: Point[], i: number, from: number, reference: Count): Alarm | null => {
  const end = seen[i]!.t + seen[i]!.seconds;
  const alarms = ERROR_RULE.windowsSeconds.flatMap((shortest) => {
    const seconds = Math.max(shortest, seen[i]!.seconds);
    const current = total(seen.slice(from, i + 1).filter(({ t }) => t >= end - seconds));
    if (current.failures < ERROR_RULE.minFailures) return [];
    const p = fisherUpperTail(reference, current);
    return p < ALPHA_EACH ? [{ seconds, current, p }] : [];
  });
  return alarms.sort((a, b) => a.p - b.p)[0] ?? null;
};

const describe = ({ seconds, current, p }: Alarm, reference: Count): string =>
  `${current.failures} of ${current.requests} requests failed within ${seconds} s, against ${reference.failures} of ${reference.requests} in steady (Fisher's exact test, one-sided p = ${pText(p)})`;

/**
 * Stretches in which requests failed more often than in the steady phase. Knows of the phases only when steady
 * began and ended. Empty seconds say nothing either way.
 */
export const errorAnomalies = (points: Point[], steady: Phase): Anomaly[] => {
  const seen = clean(points).filter(({ t }) => t >= steady.from);
  const reference = total(inside(seen, steady));
  if (reference.requests === 0) return [];

  // Jeffreys' estimate: a steady phase without a failure does not prove that none can happen.
  const expected = (reference.failures + 0.5) / (reference.requests + 1);
  const tested = new Set(after(seen, steady));
  const abnormal = seen.map(
    (p) => tested.has(p) && p.failures > 0 && binomialUpperTail(p, expected) < ABNORMAL_SECOND_ALPHA,
  );
  const fires = (i: number, from: number): boolean =>
    tested.has(seen[i]!) && seen[i]!.failures > 0 && alarmAt(seen, i, from, reference) !== null;
  const evidence = ({ fired, from }: Run) => describe(alarmAt(seen, fired, from, reference)!, reference);
  return mergeClose(
    findRuns(abnormal, fires).map((run) =>
      toAnomaly(seen, run, { baseline: ratio(reference), value: ratio, evidence }),
    ),
  );
};
