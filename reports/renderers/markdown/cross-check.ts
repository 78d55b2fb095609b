import type { CrossCheck } from '../../record/completeness.ts';
import { count, percent } from '../format.ts';
import { code, paragraphs, prose, table } from '../text.ts';

const difference = (value: number, { client }: CrossCheck): string => {
  const more = Math.round(value) - client;
  const sign = more > 0 ? '+' : more < 0 ? '−' : '';
  return client > 0
    ? `${sign}${count(Math.abs(more))} (${percent(Math.abs(more) / client)})`
    : count(Math.abs(more));
};

const row = (what: string, value: number | null, check: CrossCheck): string[] => [
  what,
  value === null ? 'could not be counted' : count(value),
  value === null ? '–' : difference(value, check),
];

const counts = (check: CrossCheck, service: string): string => {
  const name = code(service, { table: true });
  const unanswered = check.unanswered > 0 ? `; ${count(check.unanswered)} of them got no answer` : '';
  return table(
    ['Counted by', 'Requests:', 'Against the client:'],
    [
      [`the client${unanswered}`, count(check.client), '–'],
      row(`the raw counters of ${name}`, check.metrics, check),
      row(`the server spans of ${name}`, check.spans, check),
    ],
  );
};

/** The same requests counted at three places, and what accounts for the difference. */
export const crossCheck = (check: CrossCheck | null, service: string): string | null => {
  if (!check) return null;
  return paragraphs(
    '### The same requests, counted three times',
    counts(check, service),
    check.disagreement === null
      ? 'There is nothing to compare: fewer than two places could count them.'
      : `Two of them disagree by at most ${percent(check.disagreement)} of what the client sent.`,
    check.explanations.length > 0
      ? check.explanations.map((sentence) => `- ${prose(sentence)}`).join('\n')
      : null,
  );
};
