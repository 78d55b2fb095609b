import { drawCharts } from './charts/index.ts';
import { alerts } from './markdown/alerts.ts';
import { amplification } from './markdown/amplification.ts';
import { charts } from './markdown/charts.ts';
import { comparison } from './markdown/comparison.ts';
import { completeness } from './markdown/completeness.ts';
import { environment } from './markdown/environment.ts';
import { header } from './markdown/header.ts';
import { hypothesis } from './markdown/hypothesis.ts';
import { injected } from './markdown/injected.ts';
import { notes } from './markdown/notes.ts';
import { objectives } from './markdown/objectives.ts';
import { reproduce } from './markdown/reproduce.ts';
import { slis } from './markdown/slis.ts';
import { source } from './markdown/source.ts';
import { spikes } from './markdown/spikes.ts';
import { summary } from './markdown/summary.ts';
import { telemetryLoss } from './markdown/telemetry-loss.ts';
import { timeline } from './markdown/timeline.ts';
import { whatBroke } from './markdown/what-broke.ts';
import type { Renderer } from './renderer.ts';
import { paragraphs } from './text.ts';

/**
 * The report for a person who was not there: what happened and what broke by the telemetry alone, then the evidence for it, and
 * only then what was injected.
 */
export const markdown: Renderer = async (record) => {
  const drawn = await drawCharts(record);
  const report = paragraphs(
    header(record),
    telemetryLoss(record),
    summary(record),
    objectives(record),
    hypothesis(record),
    comparison(record),
    whatBroke(record),
    charts(drawn),
    timeline(record),
    slis(record),
    amplification(record),
    spikes(record),
    injected(record),
    alerts(record),
    notes(record),
    source(record),
    completeness(record),
    environment(record),
    reproduce(record),
  );
  const files = drawn.map(({ file, svg }) => ({ path: file, content: svg }));
  return { files: [{ path: 'report.md', content: `${report}\n` }, ...files] };
};
