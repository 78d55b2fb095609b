import type { EChartsCoreOption } from 'echarts/core';
import { clean } from '../text.ts';
import { type Marks, marksSeries, onsetMarks } from './marks.ts';
import { FONT, GRID, INK, MUTED, PALETTE } from './theme.ts';

export interface Line {
  name: string;
  /** Seconds since the start of the load, and the value; null leaves a gap. */
  points: [number, number | null][];
  /** Onsets of the spikes that this line showed, seconds since the start of the load. */
  onsets?: number[];
  dashed?: boolean;
  axis?: 0 | 1;
}

export interface Axis {
  name: string;
  format: (value: number) => string;
  log?: boolean;
  max?: number;
}

const nearestValue = ({ points }: Line, x: number): number =>
  points.reduce<{ distance: number; y: number }>(
    (best, [at, y]) =>
      y !== null && Math.abs(at - x) < best.distance ? { distance: Math.abs(at - x), y } : best,
    { distance: Number.POSITIVE_INFINITY, y: 0 },
  ).y;

const lineSeries = (line: Line, i: number) => ({
  type: 'line' as const,
  name: clean(line.name, 40),
  yAxisIndex: line.axis ?? 0,
  data: line.points,
  showSymbol: false,
  silent: true,
  emphasis: { disabled: true },
  connectNulls: false,
  lineStyle: { width: 2, type: line.dashed ? ('dashed' as const) : ('solid' as const) },
  color: PALETTE[i % PALETTE.length],
  ...(line.onsets?.length
    ? { markPoint: onsetMarks(line.onsets.map((x) => ({ x, y: nearestValue(line, x) }))) }
    : {}),
});

const yAxis = ({ name, format, log, max }: Axis, i: number) => ({
  type: log ? ('log' as const) : ('value' as const),
  name,
  nameLocation: 'end' as const,
  nameGap: 12,
  nameTextStyle: {
    color: MUTED,
    fontSize: 11,
    align: i === 0 ? ('left' as const) : ('right' as const),
    padding: i === 0 ? [0, 0, 0, -44] : [0, -44, 0, 0],
  },
  min: log ? undefined : 0,
  max,
  splitNumber: 4,
  axisLabel: { color: MUTED, fontSize: 11, formatter: format },
  splitLine: { show: i === 0, lineStyle: { color: GRID } },
});

/** One chart: title, legend, time axis in seconds since the start, lines, and the marks of the run. */
export const chartOption = (title: string, lines: Line[], axes: Axis[], marks: Marks): EChartsCoreOption => ({
  animation: false,
  backgroundColor: '#ffffff',
  textStyle: { fontFamily: FONT, color: INK },
  title: { text: title, left: 16, top: 10, textStyle: { fontSize: 14, fontWeight: 600, color: INK } },
  legend: {
    selectedMode: false,
    right: 16,
    top: 10,
    itemWidth: 18,
    itemHeight: 8,
    textStyle: { color: INK, fontSize: 11 },
    data: lines.map(({ name }) => clean(name, 40)),
  },
  grid: { left: 60, right: axes.length > 1 ? 60 : 24, top: 74, bottom: 34 },
  xAxis: {
    type: 'value',
    min: 0,
    max: Math.ceil(marks.end) || 1,
    splitLine: { show: false },
    axisLine: { lineStyle: { color: MUTED } },
    axisLabel: { color: MUTED, fontSize: 11, formatter: (value: number) => `${value} s` },
  },
  yAxis: axes.map(yAxis),
  series: [...lines.map(lineSeries), marksSeries(marks)],
});
