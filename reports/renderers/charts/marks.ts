import type { RunRecord } from '../../record/record.ts';
import { phaseLabel } from '../phase-label.ts';
import { FAULT, MUTED, PLOT, WIDTH } from './theme.ts';

/** What every chart shows beside its series, in seconds since the start of the load. */
export interface Marks {
  start: number;
  end: number;
  /** While the fault was on. */
  faults: { from: number; to: number; name: string }[];
  phases: { at: number; name: string }[];
}

export const marksOf = ({ kind, phases, faults, createdAt }: RunRecord): Marks => {
  const start = phases[0]?.from ?? createdAt;
  const end = Math.max(0, ...phases.map(({ to }) => to - start));
  return {
    start,
    end,
    faults: faults.flatMap(({ name, injectedAt, clearedAt }) =>
      injectedAt === null ? [] : [{ name, from: injectedAt - start, to: (clearedAt ?? start + end) - start }],
    ),
    phases: phases.map(({ name, from }) => ({ name: phaseLabel({ kind }, name), at: from - start })),
  };
};

const faultAreas = ({ faults }: Marks) => ({
  silent: true,
  itemStyle: { color: FAULT, opacity: 0.08 },
  data: faults.map(({ from, to }) => [{ xAxis: from }, { xAxis: to }]),
});

/** About what a character of a label takes, pixels; a name that does not fit into its phase is left out. */
const CHARACTER = 6.5;

const phaseLines = ({ phases, end }: Marks) => ({
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
  data: phases.map(({ at, name }, i) => {
    const width = (((phases[i + 1]?.at ?? end) - at) / Math.max(end, 1)) * (WIDTH - PLOT.left - PLOT.right);
    return { xAxis: at, name: name.length * CHARACTER <= width ? name : '' };
  }),
});

/** A series without points that carries the shading and the phase lines, so that the legend stays clean. */
export const marksSeries = (marks: Marks) => ({
  type: 'line' as const,
  data: [],
  markArea: faultAreas(marks),
  markLine: phaseLines(marks),
});

/** Triangles at the top of the plot where spikes began, in the colour of the line that showed them. */
export const onsetMarks = (seconds: number[], color: string) => ({
  silent: true,
  symbol: 'triangle',
  symbolSize: 10,
  symbolRotate: 180,
  itemStyle: { color },
  label: { show: false },
  data: seconds.map((x) => ({ coord: [x, 0], y: PLOT.top + 7 })),
});
