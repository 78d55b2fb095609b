import type { RunRecord, VerdictName } from '../record/record.ts';
import { budgetText, targetText } from './markdown/objectives.ts';
import type { Renderer } from './renderer.ts';
import { clean, paragraphs, plain, prose, table } from './text.ts';

type Level = 'error' | 'warning' | 'notice';

interface Annotation {
  level: Level;
  title: string;
  text: string;
}

const LONGEST = 1000;
/** GitHub shows that many of a level in a step. */
const MOST_SHOWN = 10;

/**
 * Data of a workflow command, escaped as the runner undoes it (actions/toolkit, core/src/command.ts). It has one line
 * already; what looks like a command of the old form, which is found anywhere in a line, is broken up.
 */
const data = (text: string): string =>
  clean(text, LONGEST)
    .replaceAll('##[', '# #[')
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

const command = ({ level, title, text }: Annotation): string =>
  `::${level} title=${property(title)}::${data(text)}`;

const LEVELS: Partial<Record<VerdictName, Level>> = { passed: 'notice', observed: 'notice' };

const verdictOf = ({ verdict, experiment }: RunRecord): Annotation => ({
  level: LEVELS[verdict.name] ?? 'error',
  title: `obsctl: ${verdict.name} (${verdict.exitCode})`,
  text: `${experiment.title}. ${verdict.reasons.join(' ')}`,
});

const objectivesOf = ({ objectives }: RunRecord): Annotation[] =>
  objectives.flatMap(({ slo, phase, outcome, noData, text }): Annotation[] => {
    if (outcome === 'breached') return [{ level: 'error', title: `${slo} breached (${phase})`, text }];
    if (outcome === 'allowed')
      return [{ level: 'notice', title: `${slo} breached where it may (${phase})`, text }];
    if (outcome === 'met') return [];
    return [{ level: noData === 'warn' ? 'warning' : 'error', title: `${slo}: no data (${phase})`, text }];
  });

const hypothesisOf = ({ hypothesis }: RunRecord): Annotation[] =>
  hypothesis
    .filter(({ held }) => held !== true)
    .map(({ held, when, text }) => ({
      level: 'error',
      title: held === null ? `hypothesis unknown (${when})` : `hypothesis did not hold (${when})`,
      text,
    }));

const comparisonOf = ({ comparison }: RunRecord): Annotation[] =>
  (comparison?.rows ?? [])
    .filter(({ outcome }) => outcome === 'worse')
    .map(({ phase, text }) => ({ level: 'error', title: `worse than the baseline (${phase})`, text }));

const thresholdsOf = ({ load, faults }: RunRecord): Annotation[] =>
  (load?.thresholds ?? [])
    .filter(({ ok }) => !ok)
    .map(({ metric, expression }) => ({
      level: faults.length > 0 ? 'notice' : 'error',
      title: 'k6 threshold crossed',
      text: `${metric} ${expression}, over the whole run`,
    }));

const withinLimit = (all: Annotation[]): Annotation[] =>
  (['error', 'warning', 'notice'] as const).flatMap((level) =>
    all.filter((one) => one.level === level).slice(0, MOST_SHOWN),
  );

/** Workflow commands, one a line: the verdict, and whatever is wrong, as annotations of a GitHub Actions step. */
export const annotations = (record: RunRecord): string =>
  withinLimit([
    verdictOf(record),
    ...objectivesOf(record),
    ...hypothesisOf(record),
    ...comparisonOf(record),
    ...thresholdsOf(record),
  ])
    .map((one) => `${command(one)}\n`)
    .join('');

const objectivesTable = ({ objectives }: RunRecord): string | null =>
  objectives.length === 0
    ? null
    : table(
        ['Objective', 'Phase', 'Good:', 'Asked:', 'Budget used:', 'Outcome'],
        objectives.map(({ slo, objective, phase, actual, target, budgetConsumed, outcome }) => [
          plain(`${slo}: ${objective}`),
          phase,
          targetText(actual),
          targetText(target),
          budgetText(budgetConsumed),
          outcome === 'breached' ? '**breached**' : outcome,
        ]),
      );

const listed = (title: string, texts: string[]): string | null =>
  texts.length === 0 ? null : `**${title}**\n\n${texts.map((text) => `- ${prose(text)}`).join('\n')}`;

/** The step summary: Markdown, everything from telemetry escaped. */
export const stepSummary = (record: RunRecord): string => {
  const { verdict, experiment, runId, hypothesis, comparison } = record;
  return `${paragraphs(
    `### obsctl: ${verdict.name} (exit code ${verdict.exitCode})`,
    `${plain(experiment.title)}, run ${plain(runId)}`,
    verdict.reasons.map((reason) => `- ${prose(reason)}`).join('\n'),
    objectivesTable(record),
    listed(
      'Hypothesis',
      hypothesis.map(({ text }) => text),
    ),
    listed(
      'Against the baseline runs',
      (comparison?.rows ?? []).map(({ text }) => text),
    ),
  )}\n`;
};

/** For a GitHub Actions step: its annotations, to be printed, and its summary. */
export const github: Renderer = async (record) => ({
  files: [
    { path: 'github/annotations.txt', content: annotations(record) },
    { path: 'github/summary.md', content: stepSummary(record) },
  ],
});
