import type { SliName, SliSeries } from '../../record/findings.ts';
import type { RunRecord } from '../../record/record.ts';
import { duration } from '../format.ts';
import { toSvg } from './draw.ts';
import { type Marks, marksOf } from './marks.ts';
import { type Axis, chartOption, type Line } from './option.ts';
import { runtimeAxes, runtimeLines, runtimeTitle } from './runtime.ts';
import { PALETTE } from './theme.ts';

export interface Chart {
  /** Path relative to the run's folder. */
  file: string;
  title: string;
  svg: string;
}

type Value = 'errorRatio' | 'p95' | 'requestsPerSecond' | 'attemptsPerSecond';

const nameOf = ({ viewpoint, service }: SliSeries): string =>
  viewpoint === 'client' ? 'client' : `server ${service}`;

/** Three digits: ticks of a small ratio lie closer than one percent. */
const percentAxis: Axis = { format: (value) => `${Number((value * 100).toPrecision(3))} %`, most: 1 };
const secondsAxis: Axis = { format: (value) => duration(value), log: true };
const rateAxis: Axis = { format: (value) => `${value}` };

const CLIENT = PALETTE[0]!;
const ATTEMPTS = PALETTE[4]!;
/** Servers from the second colour on, the entry service first. */
const serverColor = ({ findings }: RunRecord, service: string): string => {
  const services = (findings?.series ?? []).filter(({ viewpoint }) => viewpoint === 'server');
  const free = PALETTE.filter((color) => color !== CLIENT && color !== ATTEMPTS);
  return free[services.findIndex((one) => one.service === service) % free.length] ?? PALETTE[1]!;
};

const colored = (record: RunRecord, series: SliSeries, one: Line): Line => ({
  ...one,
  color: series.viewpoint === 'client' ? CLIENT : serverColor(record, series.service),
});

const line = (series: SliSeries, value: Value, { start }: Marks, onsets: number[] = []): Line => ({
  name: nameOf(series),
  // A point stands for its whole second: draw it in the middle.
  points: series.points.map((point) => [point.t + 0.5 - start, point[value]]),
  onsets,
});

const onsetsOf = ({ findings }: RunRecord, { start }: Marks, sli: SliName): number[] =>
  (findings?.spikes ?? []).filter((spike) => spike.sli === sli).map(({ onset }) => onset - start);

/** The client and the entry service: the two viewpoints that alarm. */
const alarming = ({ findings, entryService }: RunRecord): SliSeries[] =>
  (findings?.series ?? []).filter(
    ({ viewpoint, service }) => viewpoint === 'client' || service === entryService,
  );

const sliLines = (record: RunRecord, marks: Marks, kind: 'errors' | 'latency'): Line[] =>
  alarming(record).map((series) => {
    const onsets = onsetsOf(record, marks, `${series.viewpoint}-${kind}`);
    const drawn = line(series, kind === 'errors' ? 'errorRatio' : 'p95', marks, onsets);
    return { ...colored(record, series, drawn), broad: series.viewpoint === 'server' };
  });

/** A logarithmic axis has no zero: such seconds are gaps. */
const positive = (lines: Line[]): Line[] =>
  lines.map((one) => ({ ...one, points: one.points.map(([x, y]) => [x, y !== null && y > 0 ? y : null]) }));

const rateLines = (record: RunRecord, marks: Marks): Line[] =>
  (record.findings?.series ?? []).flatMap((series) => {
    const requests = colored(record, series, line(series, 'requestsPerSecond', marks));
    if (series.viewpoint === 'server') return [requests];
    const attempts = {
      ...line(series, 'attemptsPerSecond', marks),
      name: 'client attempts',
      color: ATTEMPTS,
    };
    return [{ ...requests, name: 'client requests' }, attempts];
  });

/** A chart before it is drawn. */
export interface ChartPlan {
  name: 'error-ratio' | 'latency' | 'request-rate' | 'runtime';
  title: string;
  lines: Line[];
  axes: Axis[];
}

/** What lies past the end of the time axis is not seen, and would stretch the other axis all the same. */
const withinTime = (one: Line, { end }: Marks): Line => ({
  ...one,
  points: one.points.filter(([x]) => x <= Math.ceil(end)),
});

/** Every chart of the report that has something to show. */
export const chartPlans = (record: RunRecord, marks: Marks): ChartPlan[] => {
  const plans: ChartPlan[] = [
    {
      name: 'error-ratio',
      title: 'Error ratio: share of requests that failed',
      lines: sliLines(record, marks, 'errors'),
      axes: [percentAxis],
    },
    {
      name: 'latency',
      title: 'Latency: p95 of each second, log scale',
      lines: positive(sliLines(record, marks, 'latency')),
      axes: [secondsAxis],
    },
    {
      name: 'request-rate',
      title: 'Requests and attempts per second',
      lines: rateLines(record, marks),
      axes: [rateAxis],
    },
    {
      name: 'runtime',
      title: runtimeTitle(record),
      lines: runtimeLines(record, marks),
      axes: runtimeAxes(record),
    },
  ];
  return plans
    .map((plan) => ({ ...plan, lines: plan.lines.map((one) => withinTime(one, marks)) }))
    .filter(({ lines }) => lines.some(({ points }) => points.some(([, y]) => y !== null)));
};

/** The charts as files of their own. */
export const drawCharts = async (record: RunRecord): Promise<Chart[]> => {
  const marks = marksOf(record);
  const charts: Chart[] = [];
  for (const { name, title, lines, axes } of chartPlans(record, marks)) {
    const svg = await toSvg(name, chartOption(title, lines, axes, marks));
    charts.push({ file: `charts/${name}.svg`, title, svg });
  }
  return charts;
};
