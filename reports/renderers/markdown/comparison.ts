import type { Compared, Comparison } from '../../record/comparison.ts';
import type { RunRecord } from '../../record/record.ts';
import { list, plural } from '../format.ts';
import { differenceValue, indicatorText, measureValue } from '../indicator-text.ts';
import { phaseLabel } from '../phase-label.ts';
import { code, paragraphs, plain, prose, table } from '../text.ts';

export const COMPARED_TEXT: Record<Compared['outcome'], string> = {
  worse: 'worse',
  better: 'better',
  'no-significant-change': 'no significant change',
  'no-data': 'no data',
};

/** `+12 ms (+3 ms to +21 ms)`: the difference with its 95 % interval. */
export const differenceText = ({ indicator: { measure }, difference, interval }: Compared): string => {
  const of = (value: number) => differenceValue(measure, value);
  const range = interval ? ` (${of(interval[0])} to ${of(interval[1])})` : '';
  return `${differenceValue(measure, difference)}${range}`;
};

/** With what it was compared, and how. */
export const methodText = ({ baseline, method }: Comparison): string => {
  const runs = `${plural(baseline.length, 'baseline run')} of the same experiment: ${list(baseline.map((id) => code(id)))}`;
  return method === 'runs'
    ? `Against ${runs}. The spread between them is the measure of chance.`
    : `Against ${runs}. Fewer than five runs say little of the spread between runs: blocks of seconds were drawn anew (block bootstrap).`;
};

const row = (one: Compared, record: RunRecord): string[] => {
  const { indicator, phase, baseline, value, minimumEffect, outcome } = one;
  const { measure } = indicator;
  return [
    plain(indicatorText(indicator)),
    phaseLabel(record, phase),
    measureValue(measure, baseline),
    measureValue(measure, value),
    differenceText(one),
    measureValue(measure, minimumEffect),
    outcome === 'worse' ? `**${COMPARED_TEXT[outcome]}**` : COMPARED_TEXT[outcome],
  ];
};

const HEADERS = [
  'Indicator',
  'Phase',
  'Baseline:',
  'This run:',
  'Difference (95 %):',
  'Smallest that matters:',
  'Outcome',
];

/** What the table does not say of those that changed, or might have. */
export const comparedSentences = (rows: Compared[]): string =>
  rows
    .filter(({ outcome }) => outcome !== 'no-significant-change')
    .map(({ text }) => `- ${prose(text)}`)
    .join('\n');

/** The run against its baseline runs; null where it was compared with none. */
export const comparison = (record: RunRecord): string | null => {
  const compared = record.comparison;
  if (!compared) return null;
  return paragraphs(
    '## Against the baseline runs',
    methodText(compared),
    compared.rows.length > 0
      ? table(
          HEADERS,
          compared.rows.map((one) => row(one, record)),
        )
      : null,
    compared.regression
      ? '**At least one indicator is worse by more than the smallest difference that matters.**'
      : 'No regression.',
    comparedSentences(compared.rows),
  );
};
