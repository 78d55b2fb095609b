import type { TracedExample, WaterfallRow } from '../../record/findings.ts';
import { clean, fence } from '../text.ts';

const BAR_WIDTH = 32;
const MAX_ROWS = 45;
/** With more rows than this, spans too short to matter and without an error are left out. */
const CROWDED = 28;
const NEGLIGIBLE = 0.01;

const milliseconds = (seconds: number): string => (seconds * 1000).toFixed(1).padStart(8);

const bar = ({ offset, duration: seconds }: WaterfallRow, total: number): string => {
  const scale = total > 0 ? BAR_WIDTH / total : 0;
  const from = Math.min(BAR_WIDTH - 1, Math.max(0, Math.floor(offset * scale)));
  const width = Math.min(BAR_WIDTH - from, Math.max(1, Math.round(seconds * scale)));
  return `${' '.repeat(from)}${'█'.repeat(width)}`.padEnd(BAR_WIDTH);
};

const line = (row: WaterfallRow, total: number): string => {
  const label = `${'  '.repeat(Math.min(row.depth, 12))}${clean(row.instance, 24)}: ${clean(row.name, 48)}`;
  const note = row.note ? `  [${clean(row.note, 110)}]` : '';
  return `${milliseconds(row.offset)} ${milliseconds(row.duration)} ${milliseconds(row.exclusive)} |${bar(row, total)}|${row.error ? ' ✗ ' : '   '}${label}${note}`;
};

const shown = (rows: WaterfallRow[], total: number): WaterfallRow[] => {
  const telling =
    rows.length > CROWDED
      ? rows.filter((row) => row.error || row.depth === 0 || row.duration >= NEGLIGIBLE * total)
      : rows;
  return telling.slice(0, MAX_ROWS);
};

/** The trace as text: start, duration and own time of each span, a bar to scale, ✗ where it ended in error. */
export const waterfall = (example: TracedExample): string => {
  const rows = shown(example.waterfall, example.duration);
  const left = example.spans - rows.length;
  return fence([
    `${'start ms'.padStart(8)} ${'took ms'.padStart(8)} ${'own ms'.padStart(8)} |${' '.repeat(BAR_WIDTH)}|   instance: span  [status · peer · attempt · error]`,
    ...rows.map((row) => line(row, example.duration)),
    ...(left > 0 ? [`${left} more span${left === 1 ? '' : 's'}, too short to show or past the limit.`] : []),
  ]);
};
