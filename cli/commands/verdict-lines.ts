import type { RunRecord } from '../../reports/record/record.ts';
import { clean } from '../../reports/renderers/text.ts';
import type { Output } from '../shared/output.ts';

const section = (title: string, lines: string[]): string[] =>
  lines.length > 0 ? [title, ...lines.map((line) => `  ${clean(line)}`)] : [];

const MARKS: Record<string, string> = { breached: 'BREACHED', 'no-data': 'no data', worse: 'WORSE' };

const marked = (outcome: string, text: string): string => `${(MARKS[outcome] ?? outcome).padEnd(9)} ${text}`;

const held = (value: boolean | null): string => (value === null ? 'unknown' : value ? 'held' : 'NOT HELD');

/** The verdict and what it rests on, one line each; what telemetry says is cleaned. */
export const verdictLines = (record: RunRecord, output: Output): string[] => {
  const { verdict, objectives, hypothesis, comparison } = record;
  const color = verdict.exitCode === 0 ? 'green' : 'red';
  return [
    `${output.style('bold', 'verdict')} ${output.style(color, verdict.name)} (exit code ${verdict.exitCode})`,
    ...verdict.reasons.map((reason) => `  ${clean(reason)}`),
    ...section(
      'hypothesis',
      hypothesis.map((one) => marked(held(one.held), one.text)),
    ),
    ...section(
      'objectives',
      objectives.map(({ slo, outcome, text }) => marked(outcome, `${slo}: ${text}`)),
    ),
    ...section(
      comparison ? `against ${comparison.baseline.length} baseline runs (${comparison.method})` : '',
      (comparison?.rows ?? []).map(({ outcome, text }) =>
        marked(outcome === 'no-significant-change' ? 'same' : outcome, text),
      ),
    ),
  ];
};
