import type { PhaseName } from '../record/common.ts';
import type { Indicator } from '../record/indicator.ts';
import { type SloResult, timesOver } from '../record/objectives.ts';
import type { RunRecord } from '../record/record.ts';
import { populationOf, type Tally, tallyOf } from './budget.ts';
import { capital, indicatorText, inUnit, percent, requestsText, seenText, windowText } from './describe.ts';
import type { RecordParts } from './hypothesis.ts';
import type { Comparator, Metric, Objective, Slo } from './slo.ts';
import { trackOf } from './track.ts';
import { unmatchedText } from './unmatched.ts';
import { type JudgedWindow, judgedPhases, judgedWindow } from './windows.ts';

export type JudgedParts = RecordParts & Pick<RunRecord, 'kind'>;

const OPS: Record<Comparator, string> = { lte: 'at most', gte: 'at least', lt: 'below', gt: 'above' };

const indicatorOf = (metric: Metric): Indicator | null => {
  if (metric.kind === 'threshold') return metric.indicator;
  return metric.good.what === 'succeeded' ? { measure: 'error-ratio', ...metric.of } : null;
};

const secondsText = (seconds: number): string => inUnit('p95', seconds);

const ratioText = (metric: Extract<Metric, { kind: 'ratio' }>, entry: string): string => {
  const { of, good } = metric;
  const how = good.what === 'succeeded' ? 'that succeeded' : `that ended within ${secondsText(good.seconds)}`;
  return `${requestsText(of)} ${how}, ${seenText(of, entry)}`;
};

/** What is asked, in words a person can check. */
const queryOf = ({ metric }: Slo, { threshold, slices }: Objective, entry: string): string => {
  const asked =
    metric.kind === 'ratio'
      ? ratioText(metric, entry)
      : `seconds with ${indicatorText(metric.indicator, entry)} ${OPS[threshold!.op]} ${inUnit(metric.indicator.measure, threshold!.value)}`;
  return slices && slices.seconds > 1
    ? `${asked}, in slices of ${slices.seconds} s of which at least ${percent(slices.target)} are`
    : asked;
};

const share = ({ good, total }: Pick<Tally, 'good' | 'total'>): number | null =>
  total > 0 ? good / total : null;

/** The breach holds if every missing observation were good, and all that the histogram leaves open. */
const isCertain = ({ goodAtMost, total, missing }: Tally, target: number): boolean =>
  (goodAtMost + missing) / (total + missing) < target;

/** An observation was of a system that nobody broke: there its one window counts. */
const countsIn = ({ kind }: JudgedParts, { phases }: Slo): PhaseName[] =>
  kind === 'observation' ? ['fault'] : phases;

const budgetText = (consumed: number): string => {
  if (consumed <= 0) return 'no error budget used';
  const times = timesOver(consumed);
  return times === null
    ? `${Math.max(1, Math.round(100 * consumed))} % of the error budget used`
    : `${times} the error budget used`;
};

const amount = (value: number): string => String(Math.round(value));

interface Asked {
  slo: Slo;
  objective: Objective;
  phase: PhaseName;
  query: string;
}

const baseOf = ({ slo, objective, phase, query }: Asked) => ({
  slo: slo.name,
  objective: objective.name,
  file: slo.file,
  query,
  indicator: indicatorOf(slo.metric),
  phase,
  target: objective.target,
  unit: slo.metric.kind === 'ratio' && !objective.slices ? ('requests' as const) : ('seconds' as const),
});

const NOTHING = {
  good: 0,
  total: 0,
  actual: null,
  budgetConsumed: null,
  outcome: 'no-data',
  certain: false,
} as const;

const withoutData = (asked: Asked, counts: boolean, missing: number, text: string): SloResult => ({
  ...baseOf(asked),
  ...NOTHING,
  missing,
  noData: counts ? asked.slo.noData : 'warn',
  text,
});

const measured = (asked: Asked, counts: boolean, window: JudgedWindow, tally: Tally): SloResult => {
  const { objective, query } = asked;
  const { good, total, missing } = tally;
  const base = baseOf(asked);
  const actual = good / total;
  const breached = actual < objective.target;
  const certain = breached && isCertain(tally, objective.target);
  const budgetConsumed = (1 - actual) / (1 - objective.target);
  const lost = missing > 0 ? `, ${amount(missing)} more are missing` : '';
  const text =
    `${percent(actual)} good ${windowText(window)} (${amount(good)} of ${amount(total)} ${base.unit}${lost};` +
    ` at least ${percent(objective.target)} asked): ${budgetText(budgetConsumed)}. Good are ${query}`;
  return {
    ...base,
    ...{ good, total, missing, actual, budgetConsumed, certain },
    outcome: breached ? (counts ? 'breached' : 'allowed') : 'met',
    noData: counts ? asked.slo.noData : 'warn',
    text: `${text}.`,
  };
};

const resultOf = (parts: JudgedParts, slo: Slo, objective: Objective, phase: PhaseName): SloResult => {
  const query = queryOf(slo, objective, parts.entryService);
  const asked = { slo, objective, phase, query };
  const counts = countsIn(parts, slo).includes(phase);
  const population = populationOf(slo.metric);
  if (!trackOf(parts, population))
    return withoutData(asked, counts, 0, unmatchedText(parts, population, `the query "${query}"`));
  const window = judgedWindow(parts, phase);
  const tally = window && tallyOf(parts, slo.metric, objective, window);
  if (!window || !tally || share(tally) === null) {
    const place = windowText(window ?? { phase, leftOut: 0 });
    return withoutData(
      asked,
      counts,
      tally?.missing ?? 0,
      `${capital(query)}: nothing was measured ${place}.`,
    );
  }
  return measured(asked, counts, window, tally);
};

/** Each objective of the document in each phase of the run; a breach is `allowed` in the phases that the document does not name. */
export const evaluateSlo = (slo: Slo, parts: JudgedParts): SloResult[] =>
  slo.objectives.flatMap((objective) =>
    judgedPhases(parts).map((phase) => resultOf(parts, slo, objective, phase)),
  );
