import type { EChartsCoreOption } from 'echarts/core';
import type { RunRecord } from '../../record/record.ts';
import { drawWithPlaces, type Size } from '../charts/draw.ts';
import { type ChartPlan, chartPlans } from '../charts/index.ts';
import { type Marks, marksOf } from '../charts/marks.ts';
import { chartOption, type Line } from '../charts/option.ts';
import { PALETTE } from '../charts/theme.ts';
import { clean } from '../text.ts';
import { ofTheTheme } from './chart-colors.ts';
import { exemplarMark, spikeMark } from './chart-links.ts';
import { exemplarsOf, laneOf, spikesOf } from './chart-marks.ts';
import { type Html, html, trusted } from './markup.ts';

const WIDTH = 960;
const PLOT_HEIGHT = 206;
/** Around the plot, pixels; a spike's bar needs a lane above it. */
const MARGIN = { left: 58, right: 18, top: 22, bottom: 28 };
const LANE = 16;

interface Frame {
  size: Size;
  /** Where the plot lies in the drawing. */
  grid: { left: number; right: number; top: number; bottom: number };
}

/** Plots of one page lie below each other: where one of them has a second axis, all leave room for it. */
const frameOf = (plans: ChartPlan[], lanes: number): Frame => {
  const right = plans.some(({ axes }) => axes.length > 1) ? MARGIN.left : MARGIN.right;
  const grid = { ...MARGIN, right, top: MARGIN.top + lanes * LANE };
  return { grid, size: { width: WIDTH, height: grid.top + PLOT_HEIGHT + grid.bottom } };
};

/** Without what the page says around the drawing. */
const pageOption = ({ title, lines, axes }: ChartPlan, marks: Marks, { grid }: Frame): EChartsCoreOption => {
  const quiet = lines.map((line) => ({ ...line, onsets: [] }));
  const option = chartOption(title, quiet, axes, marks);
  return { ...option, title: undefined, legend: undefined, backgroundColor: 'transparent', grid };
};

/** A line that is not seen and makes the axis reach as far as the exemplars do. */
const reaching = (points: [number, number][]): Line => ({ name: '', points, color: 'transparent' });

const colorOf = ({ color }: Line, i: number): string => ofTheTheme(color ?? PALETTE[i % PALETTE.length]!);

const legendEntry = (line: Line, i: number): Html => {
  const width = line.broad ? 5 : 2.5;
  const dashes = line.dashed ? html` stroke-dasharray="5 3"` : '';
  return html`<li><svg width="22" height="8" aria-hidden="true"><line x1="1" x2="21" y1="4" y2="4" stroke="${trusted(colorOf(line, i))}" stroke-width="${width}"${dashes}/></svg>${clean(line.name, 60)}</li>`;
};

const shading = ({ faults }: Marks): Html | null => {
  const names = [...new Set(faults.map(({ name }) => name))];
  return names.length === 0
    ? null
    : html`<span class="shade-key" aria-hidden="true"></span>shaded: ${names.join(', ')} ${names.length > 1 ? 'were' : 'was'} on`;
};

const UNITS = { 'error-ratio': 'ratio', latency: 'seconds', 'request-rate': 'rate', runtime: 'mixed' };

const endOf = ({ end }: Marks): number => Math.ceil(end) || 1;

/** What the script needs to say the values under the pointer. */
const readable = ({ lines, name }: ChartPlan, marks: Marks, left: number, right: number) => ({
  ...{ name, unit: UNITS[name], left, right, width: WIDTH, end: endOf(marks), start: marks.start },
  lines: lines.map((line, i) => ({
    name: clean(line.name, 60),
    color: colorOf(line, i),
    axis: line.axis ?? 0,
    points: line.points.map(([x, y]) => [Number(x.toFixed(2)), y === null ? null : Number(y.toPrecision(4))]),
  })),
});

interface Figure {
  figure: Html;
  data: ReturnType<typeof readable>;
}

const overlay = (links: Html[], { size: { width, height } }: Frame): Html | null =>
  links.length === 0
    ? null
    : html`<svg class="marks" viewBox="0 0 ${width} ${height}" role="group" aria-label="Spikes and example traces in this chart">${links}</svg>`;

const figureOf = async (
  plan: ChartPlan,
  plans: ChartPlan[],
  record: RunRecord,
  marks: Marks,
): Promise<Figure> => {
  const spikes = spikesOf(record, plan.name);
  const exemplars = exemplarsOf(record, plan.name, marks);
  const frame = frameOf(plans, Math.max(0, ...spikes.map((spike) => laneOf(spike, spikes) + 1)));
  const reach = exemplars.flatMap(({ x, y }): [number, number][] => (y === null ? [] : [[x, y]]));
  const option = pageOption({ ...plan, lines: [...plan.lines, reaching(reach)] }, marks, frame);
  const asked = exemplars.map(({ x, y }): [number, number] => [x, y ?? 1]);
  const drawing = await drawWithPlaces(`page-${plan.name}`, option, frame.size, asked);
  const [left, right] = [frame.grid.left, WIDTH - frame.grid.right];
  const bottom = frame.grid.top + PLOT_HEIGHT - 10;
  const xOf = (seconds: number) => left + ((right - left) * Math.min(seconds, endOf(marks))) / endOf(marks);
  const links = [
    ...spikes.map((spike) => spikeMark(spike, marks, xOf, laneOf(spike, spikes) * LANE + 1)),
    ...exemplars.map(({ example, y }, i) => {
      const [x, drawn] = drawing.places[i]!;
      return exemplarMark(example, marks, x, y === null ? bottom : drawn);
    }),
  ];
  return {
    data: readable(plan, marks, left, right),
    figure: html`<figure class="chart" data-chart="${plan.name}">
<figcaption><strong>${plan.title}</strong> <span class="shading">${shading(marks)}</span></figcaption>
<div class="wide" tabindex="0" role="group" aria-label="${plan.title}"><div class="plot">${trusted(ofTheTheme(drawing.svg))}${overlay(links, frame)}<div class="crosshair" hidden></div></div></div>
<div class="below"><ul class="legend">${plan.lines.map(legendEntry)}</ul><output class="readout" aria-live="off"></output></div>
</figure>`,
  };
};

const HINT =
  'Bars on top are spikes, dots (slow) and diamonds (failed) are requests whose traces were kept: each leads to what is known of it. Dashed lines show where a phase begins.';

/** The charts of a run, with links from every spike and every example trace; and their data for the script. */
export const charts = async (record: RunRecord): Promise<{ section: Html | null; data: unknown[] }> => {
  const marks = marksOf(record);
  const plans = chartPlans(record, marks);
  const figures: Figure[] = [];
  for (const plan of plans) figures.push(await figureOf(plan, plans, record, marks));
  const section = html`<p class="hint">${HINT}</p>\n${figures.map(({ figure }) => figure)}`;
  return { section: figures.length > 0 ? section : null, data: figures.map(({ data }) => data) };
};
