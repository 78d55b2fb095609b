import type { RunRecord, VerdictName } from '../../record/record.ts';
import type { InjectedFault } from '../../record/truth.ts';
import { dateTime, second } from '../format.ts';
import { endingsOf, whenceOf } from '../incidents.ts';
import { code, paragraphs, plain, prose } from '../text.ts';
import { confidenceText, confidenceWord, headline } from './cause.ts';
import { readBackAsGone } from './gone.ts';
import { grafanaText } from './grafana.ts';
import { lossText } from './telemetry-loss.ts';

/** The verdict in one plain sentence, with what follows from it. */
const MEANING: Record<VerdictName, string> = {
  'not-restored':
    'Something may still be broken: the undo could not be verified. Look at the stack before you use it again.',
  error: 'The experiment could not be carried out, so nothing below is a result.',
  interrupted: 'The run was stopped before its end, so what follows covers only a part of it.',
  aborted: 'A stop condition ended the run early; what follows covers the time until then.',
  'baseline-unmet':
    'The system was not healthy before anything was injected, so whatever followed cannot be put down to the fault.',
  'slo-breach': 'The system broke its service level objectives.',
  inconclusive: 'The run does not prove anything, neither that the system held nor that it failed.',
  regression: 'The system did worse than in its baseline runs.',
  observed:
    'Nothing was broken on purpose: this is what the telemetry of a running system shows of the window.',
  passed:
    'The experiment was carried out and undone, and the evidence is complete enough to believe what follows.',
};

/** Only what was broken on purpose is probed after the load. */
const afterwards = (faults: InjectedFault[]): string =>
  faults.length === 0
    ? '; nobody looked after it.'
    : '; only after the load had ended did it answer a light probe as in its steady state.';

/** What it meant for those who use the system. */
const consequence = ({ verdict, findings, faults }: RunRecord): string => {
  if (verdict.name !== 'passed' || !findings || findings.spikes.length === 0) return '';
  if (!findings.clientImpact) return ' The client noticed nothing; only the servers did.';
  if (!findings.recovery.observed)
    return ' The client was hurt; nobody watched whether the system came back.';
  return findings.recovery.recovered
    ? ' The client was hurt while it lasted, and the system came back under load.'
    : ` The client was hurt, and the system **did not come back under load**${readBackAsGone(faults) ? ', although the fault had been read back as gone' : ''}${afterwards(faults)}`;
};

/** What the verdict means, and what the run meant for those who use the system. */
export const meaning = (record: RunRecord): string => `${MEANING[record.verdict.name]}${consequence(record)}`;

/** Reasons of the verdict that say more than its meaning does. */
export const worthSaying = ({ verdict }: RunRecord): string[] =>
  verdict.name === 'passed' ? verdict.reasons.slice(1) : verdict.reasons;

/** Without a client nobody knows what a user saw: said before anything else is believed. */
export const serverSideOnly = ({ kind, phases }: RunRecord): string | null => {
  if (kind !== 'observation') return null;
  const [reference, looked] = (['steady', 'fault'] as const).map((name) =>
    phases.find((one) => one.name === name),
  );
  const against = reference
    ? ` It is compared with the window from ${dateTime(reference.from)} to ${dateTime(reference.to)}.`
    : ' There is no window to compare it with.';
  const window = looked ? ` Looked at: ${dateTime(looked.from)} to ${dateTime(looked.to)}.` : '';
  return `An observation: **impact is what the servers saw, for no client was measured.**${window}${against}`;
};

const TITLE = {
  high: 'What broke',
  moderate: 'What most likely broke',
  low: 'The best guess at what broke',
} as const;

/** What broke, in one line, under a title that says how far to believe it; null where nothing was named. */
export const culprit = ({ findings }: RunRecord): { title: string; text: string } | null => {
  const { status, suspects } = findings?.attribution ?? { status: 'nothing', suspects: [] };
  const [first] = suspects;
  if (status !== 'named' || !first) return null;
  const { confidence } = first;
  return {
    title: TITLE[confidenceWord(confidence)],
    text: `${headline(first)} (${confidenceText(confidence)}).`,
  };
};

const culpritLines = (record: RunRecord): string[] => {
  const named = culprit(record);
  return named ? ['>', `> **${named.title}**, by the telemetry alone: ${named.text}`] : [];
};

/** A pipeline that lost telemetry is named before any culprit. */
const lost = ({ findings, phases, createdAt }: RunRecord): string[] => {
  const start = phases[0]?.from ?? createdAt;
  return (findings?.telemetryLoss ?? []).flatMap((loss) => [
    '>',
    `> **The telemetry pipeline lost ${lossText(loss)}** between ${second(loss.from, start)} and ${second(loss.to, start, ' UTC')}.`,
  ]);
};

/** What nobody asked for may explain what follows, or spoil it. */
const unasked = (record: RunRecord): string[] => {
  const start = record.phases[0]?.from ?? record.createdAt;
  return endingsOf(record)
    .filter(({ injectedBy }) => injectedBy === null)
    .flatMap((ending) => [
      '>',
      `> **${code(ending.instance)} ${plain(ending.detail || 'ended unplanned')}**, ${whenceOf(ending, code)}: in the second from ${second(Math.floor(ending.time), start, ' UTC')}.`,
    ]);
};

/** Title, when and what, the verdict and its reasons, what ended without being asked to, and the culprit. */
export const header = (record: RunRecord): string => {
  const { experiment, runId, phases, createdAt, verdict, kind } = record;
  const scenario = kind === 'observation' ? '' : `, scenario ${code(experiment.scenario)}`;
  const grafana = grafanaText(record).dashboard();
  const reasons = worthSaying(record).map((reason) => `> - ${prose(reason)}`);
  return paragraphs(
    `# ${plain(experiment.title)}`,
    `Run ${code(runId)}, ${dateTime(phases[0]?.from ?? createdAt)}${scenario}${grafana ? `; ${grafana}` : ''}.`,
    serverSideOnly(record),
    [
      `> **Verdict: ${verdict.name}.** ${meaning(record)}`,
      ...(reasons.length > 0 ? ['>', ...reasons] : []),
      ...lost(record),
      ...unasked(record),
      ...culpritLines(record),
    ].join('\n'),
  );
};
