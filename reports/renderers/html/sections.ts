import type { RunRecord } from '../../record/record.ts';
import { alerts } from '../markdown/alerts.ts';
import { amplification } from '../markdown/amplification.ts';
import { completeness } from '../markdown/completeness.ts';
import { environment } from '../markdown/environment.ts';
import { injected } from '../markdown/injected.ts';
import { notes } from '../markdown/notes.ts';
import { reproduce } from '../markdown/reproduce.ts';
import { slis } from '../markdown/slis.ts';
import { source } from '../markdown/source.ts';
import { summary } from '../markdown/summary.ts';
import { telemetryLoss } from '../markdown/telemetry-loss.ts';
import { timeline } from '../markdown/timeline.ts';
import { whatBroke } from '../markdown/what-broke.ts';
import { anchorsOf } from './anchors.ts';
import { belief } from './belief.ts';
import { comparison, hypothesis, objectives } from './judged.ts';
import { type Html, html } from './markup.ts';
import { proseHtml, withoutHeading } from './prose.ts';
import { spikes } from './spikes.ts';
import { trail } from './trail.ts';

export interface Section {
  id: string;
  title: string;
  content: Html;
}

const section = (id: string, title: string, content: Html | null): Section[] =>
  content === null ? [] : [{ id, title, content }];

/** Every section of the page in the order of reading; those without anything to say are left out. */
export const sectionsOf = (record: RunRecord, charts: Html | null): Section[] => {
  const anchors = anchorsOf(record);
  const told = (markdown: string | null) => proseHtml(withoutHeading(markdown), anchors);
  const broke = told(whatBroke(record));
  return [
    ...section('lost', 'Lost telemetry', told(telemetryLoss(record))),
    ...section('summary', 'What happened', told(summary(record))),
    ...section('objectives', 'Objectives', objectives(record)),
    ...section('hypothesis', 'Steady-state hypothesis', hypothesis(record)),
    ...section('comparison', 'Against the baseline runs', comparison(record)),
    ...section('charts', 'Charts', charts),
    ...section('culprit', 'What broke', broke && html`${belief(record)}${broke}${trail(record)}`),
    ...section('spikes', 'Spikes and traces', spikes(record)),
    ...section('timeline', 'Timeline', told(timeline(record))),
    ...section('slis', 'SLIs by phase', told(slis(record))),
    ...section('amplification', 'Retry amplification', told(amplification(record))),
    ...section('injected', 'What was injected', told(injected(record))),
    ...section('alerts', 'Who would have known', told(alerts(record))),
    ...section('incidents', 'Incidents and notes', told(notes(record))),
    ...section('source', 'Where the evidence came from', told(source(record))),
    ...section('completeness', 'Completeness of the evidence', told(completeness(record))),
    ...section('environment', 'Environment', told(environment(record))),
    ...section('again', 'Run it again', told(reproduce(record))),
  ];
};
