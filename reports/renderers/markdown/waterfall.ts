import type { TracedExample, WaterfallRow } from '../../record/findings.ts';
import { clean, fence } from '../text.ts';

const BAR_WIDTH = 32;
const MAX_ROWS = 36;
/** With more rows than this, spans too short to matter and without an error are left out. */
const CROWDED = 28;
const NEGLIGIBLE = 0.01;

/** Whole milliseconds: span clocks have no more. */
const milliseconds = (seconds: number): string => {
  const rounded = Math.round(seconds * 1000);
  return (rounded === 0 && seconds > 0 ? '<1' : String(rounded)).padStart(8);
};

/** Bars reach this many times the request's own time at most, so that work behind it does not squeeze it. */
const MAX_STRETCH = 1.5;

const scaleOf = ({ duration, rootDuration }: TracedExample): number =>
  rootDuration === null ? duration : Math.min(duration, Math.max(rootDuration * MAX_STRETCH, 0.01));

const bar = ({ offset, duration: seconds }: WaterfallRow, total: number): string => {
  const scale = total > 0 ? BAR_WIDTH / total : 0;
  const from = Math.min(BAR_WIDTH - 1, Math.max(0, Math.floor(offset * scale)));
  const width = Math.min(BAR_WIDTH - from, Math.max(1, Math.round(seconds * scale)));
  const beyond = seconds > 0 && offset + seconds > total * 1.001;
  const drawn = beyond ? `${'█'.repeat(width - 1)}»` : '█'.repeat(width);
  return `${' '.repeat(from)}${drawn}`.padEnd(BAR_WIDTH);
};

const line = (row: WaterfallRow, total: number): string => {
  const label = `${'  '.repeat(Math.min(row.depth, 12))}${clean(row.instance, 24)}: ${clean(row.name, 48)}`;
  const note = row.note ? `  [${clean(row.note, 150)}]` : '';
  return `${milliseconds(row.offset)} ${milliseconds(row.duration)} ${milliseconds(row.exclusive)} |${bar(row, total)}|${row.error ? ' ✗ ' : '   '}${label}${note}`;
};

const shown = (rows: WaterfallRow[], total: number): WaterfallRow[] => {
  const telling =
    rows.length > CROWDED
      ? rows.filter((row) => row.error || row.depth === 0 || row.duration >= NEGLIGIBLE * total)
      : rows;
  return telling.slice(0, MAX_ROWS);
};

/** The trace as text: start, duration and own time of each span, a bar to scale, ✗ where it ended in error, » where it goes on. */
export const waterfall = (example: TracedExample): string => {
  const rows = shown(example.waterfall, example.duration);
  const left = example.spans - rows.length;
  const scale = scaleOf(example);
  return fence([
    `${'start ms'.padStart(8)} ${'took ms'.padStart(8)} ${'own ms'.padStart(8)} |${' '.repeat(BAR_WIDTH)}|   instance: span  [status · peer · attempt · error]`,
    ...rows.map((row) => line(row, scale)),
    ...(left > 0 ? [`${left} more span${left === 1 ? '' : 's'}, too short to show or past the limit.`] : []),
  ]);
};
