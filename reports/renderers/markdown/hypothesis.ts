import type { HypothesisResult } from '../../record/indicator.ts';
import type { RunRecord } from '../../record/record.ts';
import { duration } from '../format.ts';
import { indicatorText, measureValue, STAGE_TEXT, stopText, toleranceText } from '../indicator-text.ts';
import { paragraphs, plain, prose, table } from '../text.ts';

/** In a word: it held, it did not, or nobody could tell. */
export const heldText = (held: boolean | null): string =>
  held === null ? 'unknown' : held ? 'held' : 'did not hold';

const row = ({ indicator, tolerance, when, value, held }: HypothesisResult): string[] => [
  plain(indicatorText(indicator)),
  toleranceText(indicator.measure, tolerance),
  STAGE_TEXT[when],
  measureValue(indicator.measure, value),
  held === true ? 'held' : `**${heldText(held)}**`,
];

/** Sentences of those that did not hold: the others say nothing that the table does not. */
export const hypothesisSentences = (results: HypothesisResult[]): string =>
  results
    .filter(({ held }) => held !== true)
    .map(({ text }) => `- ${prose(text)}`)
    .join('\n');

/** Limits that were watched beside the hypothesis: stop conditions, and how soon it had to be well again. */
export const limits = ({ experiment, execution }: RunRecord): string | null => {
  const { stopConditions, recoveryWithin } = experiment;
  const stop = execution.stop;
  const lines = [
    ...stopConditions.map((condition) => `- Stop condition: ${plain(stopText(condition))}.`),
    ...(stop ? [`- **It stopped the run**: ${prose(stop.text)}`] : []),
    ...(recoveryWithin === null
      ? []
      : [`- Recovery: normal again within ${duration(recoveryWithin)} of the fault phase's end.`]),
  ];
  return lines.length > 0 ? lines.join('\n') : null;
};

/** What the experiment said would hold, and whether it did; null where it said nothing. */
export const hypothesis = (record: RunRecord): string | null => {
  const results = record.hypothesis;
  const watched = limits(record);
  if (results.length === 0 && watched === null) return null;
  return paragraphs(
    '## Steady-state hypothesis',
    results.length > 0
      ? table(['Indicator', 'Tolerance', 'When', 'Measured:', 'Outcome'], results.map(row))
      : null,
    hypothesisSentences(results),
    watched && paragraphs('Watched besides:', watched),
  );
};
