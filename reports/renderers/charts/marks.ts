import type { RunRecord } from '../../record/record.ts';
import { FAULT, INK, MUTED } from './theme.ts';

/** What every chart shows beside its series, in seconds since the start of the load. */
export interface Marks {
  start: number;
  end: number;
  /** While the fault was on. */
  faults: { from: number; to: number; name: string }[];
  phases: { at: number; name: string }[];
}

export const marksOf = ({ phases, faults, createdAt }: RunRecord): Marks => {
  const start = phases[0]?.from ?? createdAt;
  const end = Math.max(0, ...phases.map(({ to }) => to - start));
  return {
    start,
    end,
    faults: faults.flatMap(({ name, injectedAt, clearedAt }) =>
      injectedAt === null ? [] : [{ name, from: injectedAt - start, to: (clearedAt ?? start + end) - start }],
    ),
    phases: phases.map(({ name, from }) => ({ name, at: from - start })),
  };
};

const faultAreas = ({ faults }: Marks) => ({
  silent: true,
  itemStyle: { color: FAULT, opacity: 0.08 },
  label: { color: FAULT, fontSize: 11, position: 'insideTop', distance: 5 },
  data: faults.map(({ from, to, name }) => [{ xAxis: from, name: `fault: ${name}` }, { xAxis: to }]),
});

const phaseLines = ({ phases }: Marks) => ({
  silent: true,
  symbol: 'none',
  animation: false,
  lineStyle: { color: MUTED, type: [3, 3], width: 1, opacity: 0.7 },
  label: {
    formatter: '{b}',
    color: MUTED,
    fontSize: 11,
    position: 'end',
    distance: 4,
    align: 'left',
    rotate: 0,
  },
  data: phases.map(({ at, name }) => ({ xAxis: at, name })),
});

/** A series without points that carries the shading and the phase lines, so that the legend stays clean. */
export const marksSeries = (marks: Marks) => ({
  type: 'line' as const,
  data: [],
  markArea: faultAreas(marks),
  markLine: phaseLines(marks),
});

/** Triangles at the onset of spikes, on the line that moved. */
export const onsetMarks = (points: { x: number; y: number }[]) => ({
  silent: true,
  symbol: 'triangle',
  symbolSize: 10,
  symbolOffset: [0, 9],
  itemStyle: { color: INK },
  label: { show: false },
  data: points.map(({ x, y }) => ({ coord: [x, y] })),
});
