import type { Compared } from '../../record/comparison.ts';
import type { HypothesisResult } from '../../record/indicator.ts';
import type { SloResult } from '../../record/objectives.ts';
import type { RunRecord } from '../../record/record.ts';
import { indicatorText, measureValue, STAGE_TEXT, toleranceText } from '../indicator-text.ts';
import { COMPARED_TEXT, comparedSentences, differenceText, methodText } from '../markdown/comparison.ts';
import { heldText, hypothesisSentences, limits } from '../markdown/hypothesis.ts';
import {
  budgetText,
  countedText,
  OUTCOME_TEXT,
  objectiveSentences,
  targetText,
} from '../markdown/objectives.ts';
import { phaseLabel } from '../phase-label.ts';
import { type Content, type Html, html } from './markup.ts';
import { lineHtml, proseHtml } from './prose.ts';

/** Columns whose title ends in `:` are numbers. */
const table = (label: string, columns: string[], rows: Content[][]): Html => {
  const right = columns.map((column) => column.endsWith(':'));
  const cell = (content: Content, i: number) =>
    i === 0
      ? html`<th scope="row">${content}</th>`
      : html`<td${right[i] ? html` class="number"` : ''}>${content}</td>`;
  return html`<div class="wide" tabindex="0" role="group" aria-label="${label}"><table><thead><tr>${columns.map(
    (column, i) =>
      html`<th scope="col"${right[i] ? html` class="number"` : ''}>${column.replace(/:$/, '')}</th>`,
  )}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>`)}</tbody></table></div>`;
};

/** Sentences of the Markdown report; nothing where there is none. */
const told = (markdown: string): Html | null => proseHtml(markdown || null);

const chip = (tone: string, text: string): Html => html`<span class="chip ${tone}">${text}</span>`;

const SLO_TONE: Record<SloResult['outcome'], string> = {
  ...{ met: 'good', breached: 'bad', allowed: 'unsure', 'no-data': 'unsure' },
};

/** The whole budget is the width of the track; more than that fills it. */
const budget = ({ budgetConsumed, outcome }: SloResult): Html =>
  budgetConsumed === null
    ? html`–`
    : html`${budgetText(budgetConsumed)} <svg class="meter" width="72" height="8" aria-hidden="true"><rect width="72" height="8" rx="4" class="track"/><rect width="${(Math.min(1, Math.max(0, budgetConsumed)) * 72).toFixed(1)}" height="8" rx="4" class="${SLO_TONE[outcome]}"/></svg>`;

const sloRow = (result: SloResult, record: RunRecord): Content[] => {
  const { slo, objective, phase, target, actual, outcome } = result;
  return [
    html`<code>${slo}</code> ${objective}`,
    phaseLabel(record, phase),
    targetText(target),
    targetText(actual),
    countedText(result),
    budget(result),
    chip(SLO_TONE[outcome], OUTCOME_TEXT[outcome]),
  ];
};

const asked = (results: SloResult[]): Html => {
  const each = new Map(results.map((one) => [`${one.file} ${one.slo}`, one])).values();
  return html`<details class="more"><summary>What was counted</summary><ul>${[...each].map(
    ({ slo, file, query }) => html`<li><code>${slo}</code> (${file}): ${query}</li>`,
  )}</ul></details>`;
};

/** Every objective in every phase that it counts in. */
export const objectives = (record: RunRecord): Html | null => {
  const results = record.objectives;
  if (results.length === 0) return null;
  return html`${table(
    'Objectives by phase',
    ['Objective', 'Phase', 'Target:', 'Actual:', 'Good', 'Error budget used:', 'Outcome'],
    results.map((result) => sloRow(result, record)),
  )}
<p class="hint">Error budget used: of the errors that the target allows in the phase; 100 % is all of it.</p>
${told(objectiveSentences(results))}
${asked(results)}`;
};

const heldTone = (held: boolean | null): string => (held === null ? 'unsure' : held ? 'good' : 'bad');

const hypothesisRow = ({ indicator, tolerance, when, value, held }: HypothesisResult): Content[] => [
  indicatorText(indicator),
  toleranceText(indicator.measure, tolerance),
  STAGE_TEXT[when],
  measureValue(indicator.measure, value),
  chip(heldTone(held), heldText(held)),
];

/** What the experiment said would hold, and what was watched besides. */
export const hypothesis = (record: RunRecord): Html | null => {
  const watched = limits(record);
  if (record.hypothesis.length === 0 && watched === null) return null;
  return html`${
    record.hypothesis.length > 0
      ? table(
          'Steady-state hypothesis by stage',
          ['Indicator', 'Tolerance', 'When', 'Measured:', 'Outcome'],
          record.hypothesis.map(hypothesisRow),
        )
      : ''
  }${told(hypothesisSentences(record.hypothesis))}${watched === null ? '' : html`<p>Watched besides:</p>${proseHtml(watched)}`}`;
};

const COMPARED_TONE: Record<Compared['outcome'], string> = {
  ...{ worse: 'bad', better: 'good', 'no-significant-change': 'quiet', 'no-data': 'unsure' },
};

const comparedRow = (one: Compared, record: RunRecord): Content[] => {
  const { indicator, phase, baseline, value, minimumEffect, outcome } = one;
  return [
    indicatorText(indicator),
    phaseLabel(record, phase),
    measureValue(indicator.measure, baseline),
    measureValue(indicator.measure, value),
    differenceText(one),
    measureValue(indicator.measure, minimumEffect),
    chip(COMPARED_TONE[outcome], COMPARED_TEXT[outcome]),
  ];
};

/** The run against its baseline runs. */
export const comparison = (record: RunRecord): Html | null => {
  const compared = record.comparison;
  if (!compared) return null;
  return html`<p>${lineHtml(methodText(compared))}</p>
${table(
  'This run against its baseline runs',
  ['Indicator', 'Phase', 'Baseline:', 'This run:', 'Difference (95 %):', 'Smallest that matters:', 'Outcome'],
  compared.rows.map((one) => comparedRow(one, record)),
)}
<p>${
    compared.regression
      ? html`<strong>At least one indicator is worse by more than the smallest difference that matters.</strong>`
      : 'No regression.'
  }</p>
${told(comparedSentences(compared.rows))}`;
};
