import type { Findings } from '../record/findings.ts';
import type { RunRecord } from '../record/record.ts';

/** What the verdict reads of a judged run; what is absent was not asked for. */
export interface Judged extends Partial<Pick<RunRecord, 'hypothesis' | 'objectives' | 'comparison'>> {
  /** Seconds within which every alarmed indicator has to be back. */
  recoveryWithin?: number | null;
  /** k6's own thresholds that were crossed, where nothing was broken: they hold for the whole run. */
  crossedThresholds?: string[];
}

type Recovery = Findings['recovery'];

const seconds = (value: number): string => `${Number(value.toFixed(1))} s`;

const names = ({ stillAbnormal }: Recovery): string => stillAbnormal.join(', ');

/** Whether the limit was kept: null where the run did not watch long enough to tell, or at all. */
const keptWithin = (
  limit: number,
  { observed, secondsToRecover, watchedSeconds }: Recovery,
): boolean | null => {
  if (!observed) return null;
  if (secondsToRecover !== null) return secondsToRecover <= limit;
  return watchedSeconds >= limit ? false : null;
};

const recoveryBreach = (limit: number, recovery: Recovery): string[] => {
  if (keptWithin(limit, recovery) !== false) return [];
  const { secondsToRecover, watchedSeconds } = recovery;
  return [
    secondsToRecover === null
      ? `It had not recovered ${seconds(watchedSeconds)} after the fault phase (at most ${seconds(limit)}): ${names(recovery)}.`
      : `It took ${seconds(secondsToRecover)} to recover after the fault phase (at most ${seconds(limit)}).`,
  ];
};

const recoveryDoubt = (limit: number, recovery: Recovery): string[] =>
  keptWithin(limit, recovery) === null
    ? [
        `Whether it recovers within ${seconds(limit)} is unknown: ${seconds(recovery.watchedSeconds)} were watched.`,
      ]
    : [];

/** What does not hold before anything was broken. */
export const unmetHypotheses = ({ hypothesis = [] }: Judged): string[] =>
  hypothesis.filter(({ when, held }) => when === 'before' && held === false).map(({ text }) => text);

/** What was breached for certain, even with every missing observation counted as good. */
export const breaches = (judged: Judged, findings: Findings | null): string[] => {
  const { hypothesis = [], objectives = [], crossedThresholds = [], recoveryWithin = null } = judged;
  return [
    ...objectives
      .filter(({ outcome, certain }) => outcome === 'breached' && certain)
      .map(({ slo, objective, text }) => `${slo} (${objective}): ${text}`),
    ...hypothesis.filter(({ when, held }) => when !== 'before' && held === false).map(({ text }) => text),
    ...(recoveryWithin !== null && findings ? recoveryBreach(recoveryWithin, findings.recovery) : []),
    ...crossedThresholds.map((threshold) => `k6's threshold was crossed: ${threshold}.`),
  ];
};

/** What nobody could tell: without data, or a breach that what is missing could undo. */
export const doubts = (judged: Judged, findings: Findings | null): string[] => {
  const { hypothesis = [], objectives = [], recoveryWithin = null } = judged;
  return [
    ...hypothesis.filter(({ held }) => held === null).map(({ text }) => text),
    ...objectives
      .filter(({ outcome, noData = 'fail' }) => outcome === 'no-data' && noData === 'fail')
      .map(({ slo, objective, text }) => `${slo} (${objective}): ${text}`),
    ...objectives
      .filter(({ outcome, certain }) => outcome === 'breached' && !certain)
      .map(
        ({ slo, objective, text }) =>
          `${slo} (${objective}) may be breached, or met by what is missing: ${text}`,
      ),
    ...(recoveryWithin !== null && findings ? recoveryDoubt(recoveryWithin, findings.recovery) : []),
  ];
};

/** What is worse than in the baseline runs. */
export const regressions = ({ comparison }: Judged): string[] =>
  comparison?.regression
    ? comparison.rows.filter(({ outcome }) => outcome === 'worse').map(({ text }) => text)
    : [];
