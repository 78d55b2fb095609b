import type { Spike } from '../../record/findings.ts';
import type { RunRecord } from '../../record/record.ts';
import { second, wholeSeconds } from '../format.ts';
import { type GrafanaText, grafanaText } from '../markdown/grafana.ts';
import { found, SLI_TEXT, spikeValue, whereText } from '../markdown/spikes.ts';
import { spikeId, traceAnchor } from './anchors.ts';
import { type Html, html } from './markup.ts';
import { lineHtml } from './prose.ts';
import { exampleLine, traceCard } from './trace.ts';

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const fact = (name: string, value: Html | string, more = ''): Html =>
  html`<div><dt>${name}</dt><dd>${value}${more ? html` <small>${more}</small>` : ''}</dd></div>`;

const figures = (spike: Spike, start: number): Html => {
  const { onset, detectedAt, peakAt, endedAt } = spike;
  return html`<dl class="facts">${[
    fact('Onset, in the second from', second(onset, start)),
    fact('Alarm at', second(detectedAt, start), `within ${wholeSeconds(detectedAt - onset)}`),
    fact('Peak, in the second from', second(peakAt, start)),
    endedAt === null
      ? fact('Normal again', html`<strong>not within the run</strong>`)
      : fact('Normal again from', second(endedAt, start), `after ${wholeSeconds(endedAt - onset)}`),
    fact('Steady → peak', `${spikeValue(spike, 'baseline')} → ${spikeValue(spike, 'peak')}`),
  ]}</dl>`;
};

/** Traces that another spike shows already. */
const elsewhere = (ids: string[], spike: Spike): Html | null =>
  ids.length === 0
    ? null
    : html`<p class="also">${spike.examples.length > ids.length ? 'Shown above already' : 'Its traces are shown above already'}: ${ids.map((id, i) => html`${i > 0 ? html`, ` : ''}<a href="${traceAnchor(id)}"><code>${id}</code></a>`)}.</p>`;

const card = (spike: Spike, start: number, shown: Set<string>, grafana: GrafanaText): Html => {
  const where = whereText(spike);
  const inGrafana = grafana.spike(spike);
  const isFirst = shown.size === 0;
  const fresh = spike.examples.filter(({ traceId }) => !shown.has(traceId));
  const before = spike.examples.map(({ traceId }) => traceId).filter((id) => shown.has(id));
  for (const { traceId } of fresh) shown.add(traceId);
  return html`<article class="spike ${spike.kind}" id="${spikeId(spike)}" tabindex="-1" aria-labelledby="${spikeId(spike)}-title">
<h3 id="${spikeId(spike)}-title"><span class="chip ${spike.kind === 'error' ? 'bad' : 'unsure'}">${spike.id}</span> ${capital(SLI_TEXT[spike.sli])}${where ? html` <small>(${lineHtml(where)})</small>` : ''}</h3>
${figures(spike, start)}
<p>Why it counts: ${spike.evidence}.</p>
${inGrafana === null ? '' : html`<p>${lineHtml(inGrafana)}</p>`}
<p>${lineHtml(found(spike))}</p>
${spike.gap === null ? '' : html`<p>No trace to show: ${spike.gap}</p>`}
${fresh.map((example, i) => traceCard(example, exampleLine(example), isFirst && i === 0, grafana))}
${elsewhere(before, spike)}
</article>`;
};

/** Every spike from its onset to its end, and every trace that its exemplars lead to. */
export const spikes = (record: RunRecord): Html | null => {
  const { findings, phases, createdAt } = record;
  if (!findings || findings.spikes.length === 0) return null;
  const start = phases[0]?.from ?? createdAt;
  const shown = new Set<string>();
  const grafana = grafanaText(record);
  return html`<p class="tools"><button type="button" data-open="details.trace" hidden>Open all traces</button></p>
${findings.spikes.map((spike) => card(spike, start, shown, grafana))}`;
};
