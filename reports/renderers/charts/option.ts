import type { EChartsCoreOption } from 'echarts/core';
import { clean } from '../text.ts';
import { type Marks, marksSeries, onsetMarks } from './marks.ts';
import { FAULT, FONT, GRID, INK, MUTED, PALETTE, PLOT, WIDTH } from './theme.ts';

export interface Line {
  name: string;
  /** Seconds since the start of the load, and the value; null leaves a gap. */
  points: [number, number | null][];
  /** Onsets of the spikes that this line showed, seconds since the start of the load. */
  onsets?: number[];
  /** A line in the background: thin and dashed. */
  dashed?: boolean;
  /** Broad and behind the others, so that two lines on the same course are both seen. */
  broad?: boolean;
  /** Its colour, so that the same thing looks the same in every chart; else by its place. */
  color?: string;
  axis?: 0 | 1;
}

export interface Axis {
  format: (value: number) => string;
  log?: boolean;
  /** The top of the axis never lies above this. */
  most?: number;
}

const colorOf = (i: number): string => PALETTE[i % PALETTE.length]!;

const lineSeries = (line: Line, i: number) => ({
  type: 'line' as const,
  name: clean(line.name, 40),
  yAxisIndex: line.axis ?? 0,
  data: line.points,
  showSymbol: false,
  silent: true,
  emphasis: { disabled: true },
  connectNulls: false,
  z: line.broad ? 2 : 3,
  lineStyle: line.dashed
    ? { width: 1.3, type: [5, 3] }
    : { width: line.broad ? 4 : 2, opacity: line.broad ? 0.6 : 1 },
  color: line.color ?? colorOf(i),
  ...(line.onsets?.length ? { markPoint: onsetMarks(line.onsets, line.color ?? colorOf(i)) } : {}),
});

/** All of the axis in quarters where the values come near its most, else as far as they go. */
const upTo = (most: number) => ({
  max: ({ max }: { max: number }) => (max > most * 0.75 ? most : null),
  minInterval: 0,
  maxInterval: most / 4,
});

const yAxis = ({ format, log, most }: Axis, i: number) => ({
  type: log ? ('log' as const) : ('value' as const),
  min: log ? undefined : 0,
  ...(most === undefined ? {} : upTo(most)),
  splitNumber: 4,
  axisLine: { show: false },
  axisTick: { show: false },
  axisLabel: { color: MUTED, fontSize: 11, formatter: format },
  splitLine: { show: i === 0, lineStyle: { color: GRID } },
});

const shading = ({ faults }: Marks): string => {
  const names = [...new Set(faults.map(({ name }) => clean(name, 40)))];
  return names.length > 0 ? `shaded: ${names.join(', ')} ${names.length > 1 ? 'were' : 'was'} on` : '';
};

const heading = (title: string, marks: Marks) => ({
  text: title,
  subtext: shading(marks),
  left: 12,
  top: 8,
  itemGap: 4,
  textStyle: { fontSize: 14, fontWeight: 600 as const, color: INK },
  subtextStyle: { fontSize: 11, color: FAULT },
});

/** Pixels of a legend entry: mark and gap, and about what a character takes. */
const entryWidth = ({ name }: Line): number => 40 + 6.2 * clean(name, 40).length;

/** How many rows the legend takes when it wraps at the width of the plot. */
const legendRows = (lines: Line[]): number => {
  const most = WIDTH - PLOT.left - PLOT.right;
  let [rows, used] = [1, 0];
  for (const line of lines) {
    const width = entryWidth(line);
    if (used > 0 && used + width > most) [rows, used] = [rows + 1, 0];
    used += width;
  }
  return rows;
};

const LEGEND_ROW = 34;

const gridOf = (lines: Line[], axes: Axis[]) => ({
  ...PLOT,
  bottom: PLOT.bottom + LEGEND_ROW * (legendRows(lines) - 1),
  right: axes.length > 1 ? PLOT.left : PLOT.right,
});

const legend = (lines: Line[]) => ({
  left: PLOT.left - 6,
  bottom: 6,
  icon: 'roundRect',
  itemWidth: 14,
  itemHeight: 4,
  itemGap: 22,
  selectedMode: false,
  textStyle: { color: INK, fontSize: 11 },
  data: lines.map(({ name }) => clean(name, 40)),
});

/** One chart: title, legend, time axis in seconds since the start, lines, and the marks of the run. */
export const chartOption = (title: string, lines: Line[], axes: Axis[], marks: Marks): EChartsCoreOption => ({
  animation: false,
  backgroundColor: '#ffffff',
  textStyle: { fontFamily: FONT, color: INK },
  title: heading(title, marks),
  legend: legend(lines),
  grid: gridOf(lines, axes),
  xAxis: {
    type: 'value',
    min: 0,
    max: Math.ceil(marks.end) || 1,
    splitLine: { show: false },
    axisLine: { lineStyle: { color: MUTED } },
    axisLabel: {
      color: MUTED,
      fontSize: 11,
      showMaxLabel: false,
      formatter: (value: number) => `${value} s`,
    },
  },
  yAxis: axes.map(yAxis),
  series: [...lines.map(lineSeries), marksSeries(marks)],
});
