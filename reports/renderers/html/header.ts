import type { RunRecord, VerdictName } from '../../record/record.ts';
import { count, dateTime, duration, percent, wholeSeconds } from '../format.ts';
import { grafanaText } from '../markdown/grafana.ts';
import { culprit, meaning, serverSideOnly, worthSaying } from '../markdown/header.ts';
import { tellingScore } from '../markdown/what-broke.ts';
import { type Html, html } from './markup.ts';
import { lineHtml } from './prose.ts';

/** How good the news is: a colour, and a sign for those who see none. */
const TONE: Record<VerdictName, { tone: 'good' | 'bad' | 'unsure'; sign: string }> = {
  'not-restored': { tone: 'bad', sign: '✕' },
  error: { tone: 'bad', sign: '✕' },
  interrupted: { tone: 'unsure', sign: '■' },
  aborted: { tone: 'unsure', sign: '■' },
  'baseline-unmet': { tone: 'bad', sign: '✕' },
  'slo-breach': { tone: 'bad', sign: '✕' },
  inconclusive: { tone: 'unsure', sign: '?' },
  regression: { tone: 'bad', sign: '↘' },
  observed: { tone: 'good', sign: '◉' },
  passed: { tone: 'good', sign: '✓' },
};

const verdictBand = (record: RunRecord): Html => {
  const { name, exitCode } = record.verdict;
  const { tone, sign } = TONE[name];
  const reasons = worthSaying(record);
  return html`<section class="verdict ${tone}" aria-labelledby="verdict">
<p class="sign" aria-hidden="true">${sign}</p>
<div><h2 id="verdict">${name} <span class="exit">exit code ${exitCode}</span></h2>
<p>${lineHtml(meaning(record))}</p>
${reasons.length > 0 ? html`<ul>${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>` : ''}</div></section>`;
};

const figure = (name: string, value: Html | string, more: Html | string = '', tone = ''): Html =>
  html`<div class="${tone}"><dt>${name}</dt><dd><b>${value}</b>${more ? html`<span>${more}</span>` : ''}</dd></div>`;

const detection = (record: RunRecord): Html[] => {
  if (record.faults.length === 0) return [];
  const score = tellingScore(record);
  const named = score?.timeToAttribute ?? null;
  return [
    score
      ? figure('Time to detect', duration(score.timeToDetect), `after the injection of ${score.fault}`)
      : figure('Time to detect', 'no alarm', 'while a fault was on'),
    figure(
      'Time to name it',
      named === null ? '–' : duration(named),
      named === null ? 'the fault was not named first' : 'after the injection',
    ),
  ];
};

const recovery = ({ findings, kind }: RunRecord): Html[] => {
  const recovered = findings?.recovery;
  if (!recovered?.observed || findings!.spikes.length === 0 || kind === 'observation') return [];
  return [
    recovered.recovered
      ? figure(
          'Recovery',
          wholeSeconds(recovered.secondsToRecover ?? 0),
          "after the fault phase's end",
          'good',
        )
      : figure('Recovery', 'none', `in ${duration(recovered.watchedSeconds)} of load after the fault`, 'bad'),
  ];
};

const load = ({ load: all }: RunRecord): Html[] =>
  all === null
    ? []
    : [
        figure(
          'Client requests',
          count(all.requests),
          all.requests > 0
            ? `${percent(all.failures / all.requests)} failed, ${count(all.attempts)} attempts`
            : '',
        ),
      ];

/** How many hold of those that were to hold. */
const kept = (name: string, outcomes: (boolean | null)[], allowed = 0): Html[] => {
  if (outcomes.length === 0) return [];
  const good = outcomes.filter((one) => one === true).length;
  const unknown = outcomes.filter((one) => one === null).length;
  const tone = outcomes.includes(false) ? 'bad' : unknown > 0 ? 'unsure' : 'good';
  const more = [
    ...(unknown > 0 ? [`${unknown} without data`] : []),
    ...(allowed > 0 ? [`${allowed} breached, as allowed`] : []),
  ];
  return [figure(name, `${good} of ${outcomes.length}`, more.join(', '), tone)];
};

const judged = ({ objectives, hypothesis }: RunRecord): Html[] => [
  ...kept(
    'Objectives met',
    objectives
      .filter(({ outcome }) => outcome !== 'allowed')
      .map(({ outcome }) => (outcome === 'no-data' ? null : outcome === 'met')),
    objectives.filter(({ outcome }) => outcome === 'allowed').length,
  ),
  ...kept(
    'Hypotheses held',
    hypothesis.map(({ held }) => held),
  ),
];

const broken = (record: RunRecord): Html | null => {
  const named = culprit(record);
  return named === null
    ? null
    : html`<p class="culprit"><span>${named.title}, by the telemetry alone</span> ${lineHtml(named.text)}</p>`;
};

/** The verdict, what broke, and the figures that somebody in a hurry asks for. */
export const overview = (record: RunRecord): Html =>
  html`${verdictBand(record)}
${broken(record)}
<dl class="figures">${[...detection(record), ...recovery(record), ...load(record), ...judged(record)]}</dl>`;

/** Title of the page: the experiment, the run and when it was. */
export const masthead = (record: RunRecord): Html => {
  const { experiment, runId, phases, createdAt, kind } = record;
  const grafana = grafanaText(record).dashboard();
  const sided = serverSideOnly(record);
  return html`<h1>${experiment.title}</h1>
<p class="subtitle">Run <code>${runId}</code> · ${dateTime(phases[0]?.from ?? createdAt)}${kind === 'observation' ? '' : html` · scenario <code>${experiment.scenario}</code>`}${grafana === null ? '' : html` · ${lineHtml(grafana)}`}</p>
${sided === null ? '' : html`<p>${lineHtml(sided)}</p>`}`;
};
