import { type SloResult, timesOver } from '../../record/objectives.ts';
import type { RunRecord } from '../../record/record.ts';
import { count, percent } from '../format.ts';
import { phaseLabel } from '../phase-label.ts';
import { code, paragraphs, plain, prose, table } from '../text.ts';

/** A ratio near 1 with the digits in which it differs from its target. */
export const targetText = (ratio: number | null): string =>
  ratio === null ? '–' : `${Number((ratio * 100).toFixed(3))} %`;

/** Share of the phase's error budget; from twice of it on as a multiple. */
export const budgetText = (consumed: number | null): string =>
  consumed === null ? '–' : (timesOver(consumed) ?? percent(consumed));

export const OUTCOME_TEXT: Record<SloResult['outcome'], string> = {
  met: 'met',
  breached: 'breached',
  allowed: 'breached, as allowed',
  'no-data': 'no data',
};

/** What is counted: requests, or seconds in which the threshold held. */
export const countedText = ({ good, total, unit, missing }: SloResult): string =>
  `${count(good)} of ${count(total)} ${unit}${missing > 0 ? `, ${count(missing)} missing` : ''}`;

const row = (result: SloResult, record: RunRecord): string[] => {
  const { slo, objective, phase, target, actual, budgetConsumed, outcome } = result;
  return [
    `${code(slo, { table: true })} ${plain(objective)}`,
    phaseLabel(record, phase),
    targetText(target),
    targetText(actual),
    plain(countedText(result)),
    budgetText(budgetConsumed),
    outcome === 'met' ? OUTCOME_TEXT[outcome] : `**${OUTCOME_TEXT[outcome]}**`,
  ];
};

const HEADERS = ['Objective', 'Phase', 'Target:', 'Actual:', 'Good', 'Budget used:', 'Outcome'];

/** What the table does not say of those that were not met. */
export const objectiveSentences = (results: SloResult[]): string =>
  results
    .filter(({ outcome }) => outcome !== 'met')
    .map(({ slo, text, outcome, certain }) => {
      const sure =
        outcome !== 'breached'
          ? ''
          : certain
            ? ' It holds even if every missing observation were good.'
            : ' It might not hold if what is missing was good.';
      return `- ${code(slo)}: ${prose(text)}${sure}`;
    })
    .join('\n');

/** What each objective asks, once. */
const asked = (results: SloResult[]): string =>
  [...new Map(results.map((one) => [`${one.file} ${one.slo}`, one])).values()]
    .map(({ slo, file, query }) => `- ${code(slo)} (${code(file)}): ${prose(query)}`)
    .join('\n');

/** Objectives over each phase that they count in; null where the run was held against none. */
export const objectives = (record: RunRecord): string | null => {
  const results = record.objectives;
  if (results.length === 0) return null;
  return paragraphs(
    '## Objectives',
    table(
      HEADERS,
      results.map((result) => row(result, record)),
    ),
    'Budget used: of the errors that the target allows in the phase; 100 % is all of it.',
    objectiveSentences(results),
    paragraphs('What was counted:', asked(results)),
  );
};
