import type { Log } from '../../record/evidence.ts';
import type { ShownTrace, TracedExample, WaterfallRow } from '../../record/findings.ts';
import { clock, count, duration } from '../format.ts';
import { facts, whence } from '../markdown/example.ts';
import type { GrafanaText } from '../markdown/grafana.ts';
import { traceElement } from './anchors.ts';
import { type Html, html } from './markup.ts';
import { lineHtml } from './prose.ts';

/** Bars reach this many times the request's own time at most, so that work behind it does not squeeze it. */
const MAX_STRETCH = 1.5;
const COLORS = 8;
const DEEPEST = 14;
/** Share of the scale at which a span can still be seen. */
const THINNEST = 0.004;

const scaleOf = ({ duration: all, rootDuration }: ShownTrace): number =>
  Math.max(
    rootDuration === null ? all : Math.min(all, Math.max(rootDuration * MAX_STRETCH, 0.01)),
    Number.EPSILON,
  );

/** Share of the scale, as a percentage of the drawing. */
const share = (seconds: number, scale: number): string =>
  `${(Math.min(1, Math.max(0, seconds / scale)) * 100).toFixed(2)}%`;

const stretch = (from: number, seconds: number, scale: number, kind: Html): Html => {
  const width = Math.min(Math.max(seconds, scale * THINNEST), Math.max(0, scale - from));
  return html`<rect x="${share(from, scale)}" width="${share(width, scale)}" ${kind}/>`;
};

/** The span's bar, and on it the stretches that lie on the critical path. */
const bar = ({ offset, duration: took, critical, error }: WaterfallRow, scale: number, color: number): Html =>
  html`<svg class="bar" width="100%" height="16" aria-hidden="true">${stretch(
    ...([offset, took, scale] as const),
    html`y="3" height="10" rx="2" class="span s${color}${error ? ' failed' : ''}"`,
  )}${critical.map(([from, seconds]) => stretch(from, seconds, scale, html`y="6" height="4" class="critical"`))}${
    offset + took > scale * 1.001 ? html`<text x="100%" y="12" text-anchor="end">»</text>` : ''
  }</svg>`;

const seconds = (value: number): string =>
  value > 0 && value < 0.0005 ? '<1 ms' : duration(Number(value.toFixed(3)));

const onPath = ({ critical }: WaterfallRow): number => critical.reduce((sum, [, took]) => sum + took, 0);

const row = (one: WaterfallRow, scale: number, color: number): Html => {
  const path = onPath(one);
  return html`<tr class="${one.error ? 'failed' : ''}${path > 0 ? ' on-path' : ''}">
<th scope="row" style="--depth:${Math.min(one.depth, DEEPEST)}"><span class="dot s${color}" aria-hidden="true"></span><span class="name">${one.name}</span> <span class="who">${one.instance}</span>${one.error ? html` <span class="chip bad">error</span>` : ''}${one.note ? html` <span class="note" title="${one.note}">${one.note}</span>` : ''}</th>
<td class="track">${bar(one, scale, color)}</td>
<td class="number">${seconds(one.offset)}</td><td class="number">${seconds(one.duration)}</td><td class="number">${path > 0 ? seconds(path) : '–'}</td></tr>`;
};

const ticks = (scale: number): Html =>
  html`<span class="ticks" aria-hidden="true">${[0, 0.25, 0.5, 0.75, 1].map((part) => html`<span>${duration(Number((scale * part).toPrecision(3)))}</span>`)}</span>`;

/** Each service its colour, in the order in which the trace meets them. */
const colorsOf = (rows: WaterfallRow[]): ((row: WaterfallRow) => number) => {
  const services = [...new Set(rows.map(({ service }) => service))];
  return ({ service }) => (services.indexOf(service) % COLORS) + 1;
};

const waterfall = (example: ShownTrace): Html => {
  const { waterfall: rows, spans, traceId } = example;
  const [scale, color] = [scaleOf(example), colorsOf(rows)];
  const left = spans - rows.length;
  return html`<div class="wide" tabindex="0" role="group" aria-label="Waterfall of trace ${traceId}"><table class="waterfall">
<caption class="unseen">Spans of trace ${traceId}, in the order of a walk through the calls</caption>
<thead><tr><th scope="col">Span</th><th scope="col" class="track"><span class="unseen">When, to scale</span>${ticks(scale)}</th><th scope="col" class="number">Start</th><th scope="col" class="number">Took</th><th scope="col" class="number">On the critical path</th></tr></thead>
<tbody>${rows.map((one) => row(one, scale, color(one)))}</tbody></table></div>
${left > 0 ? html`<p class="hint">${count(left)} more spans are past the limit of what is kept.</p>` : ''}`;
};

const KIND: Record<Log['severity'], string> = {
  ...{ trace: 'quiet', debug: 'quiet', info: 'quiet' },
  ...{ warn: 'unsure', error: 'bad', fatal: 'bad' },
};

const logRow = ({ time, severity, instance, body }: Log): Html =>
  html`<tr><td class="number">${clock(time, 3)}</td><td><span class="chip ${KIND[severity]}">${severity}</span></td><td>${instance}</td><td class="body">${body}</td></tr>`;

const logs = ({ logs: lines, logLines }: ShownTrace): Html => {
  if (lines.length === 0) return html`<p class="hint">No log line carries this trace id.</p>`;
  const title =
    logLines > lines.length
      ? `${lines.length} of the ${count(logLines)} log lines with this trace id, chosen for variety, then severity`
      : 'Log lines with this trace id';
  return html`<h4>${title}</h4>
<div class="wide" tabindex="0" role="group" aria-label="${title}"><table class="logs"><thead><tr><th scope="col" class="number">UTC</th><th scope="col">Severity</th><th scope="col">Instance</th><th scope="col">Line</th></tr></thead><tbody>${lines.map(logRow)}</tbody></table></div>`;
};

const status = ({ exemplar }: TracedExample): Html | null =>
  exemplar.status === null
    ? null
    : html` <span class="chip ${exemplar.status >= 500 ? 'bad' : exemplar.status >= 400 ? 'unsure' : 'quiet'}">${exemplar.status}</span>`;

/** The request that an exemplar names, in a line. */
export const exampleLine = (example: TracedExample): Html => {
  const { exemplar, requestDuration } = example;
  return html`<span class="what"><code>${exemplar.method} ${exemplar.route}</code>${status(example)} ${requestDuration === null ? '' : html`<b>${duration(requestDuration)}</b>`}</span> <span class="who">at ${exemplar.instance}, ${clock(exemplar.time, 1)} UTC, ${whence(example)}</span>`;
};

/** A trace that no exemplar names, in a line. */
export const traceLine = ({ traceId, waterfall: [root], duration: all, rootDuration }: ShownTrace): Html =>
  html`<span class="what"><code>${root?.name ?? traceId}</code> <b>${duration(rootDuration ?? all)}</b></span> <span class="who">trace …${traceId.slice(-8)}</span>`;

/** One trace under its line: what it shows, its waterfall with the critical path, its log lines. */
export const traceCard = (trace: ShownTrace, line: Html, open: boolean, grafana: GrafanaText): Html => {
  const { traceId } = trace;
  const inGrafana = grafana.example(traceId);
  return html`<details class="trace" id="${traceElement(traceId)}"${open ? html` open` : ''}>
<summary>${line}</summary>
<p class="id">Trace <code>${traceId}</code></p>
<p>${lineHtml(facts(trace))}</p>
${inGrafana === null ? '' : html`<p>${lineHtml(inGrafana)}</p>`}
<p class="hint key"><svg width="26" height="10" aria-hidden="true"><rect width="26" height="10" rx="2" class="span s1"/><rect y="3" width="26" height="4" class="critical"/></svg> the line within a bar is the critical path: only there would a shorter span have made the request shorter. » goes on past the end of the scale.</p>
${waterfall(trace)}
${logs(trace)}
</details>`;
};
