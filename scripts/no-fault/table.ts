import { percent } from '../../reports/renderers/format.ts';
import { type Rate, rateOf } from '../matrix/wilson.ts';
import { ALARMS } from './alarm.ts';
import type { CalmRow } from './row.ts';

export interface Share {
  what: string;
  rate: Rate;
}

/** How often one telemetry said something of runs in which nothing was broken. */
export interface CalmTable {
  telemetry: string;
  /** Versions and machine of the runs; several where not all ran on the same. */
  environments: string[];
  shares: Share[];
  /** How many runs ended with each verdict, by their own record. */
  verdicts: Record<string, number>;
  /** Seconds in which something could have alarmed, all counted runs together. */
  watchedSeconds: number;
  rows: CalmRow[];
}

export const isExcluded = ({ excluded }: CalmRow): boolean => excluded !== null;

const shareOf = (what: string, rows: CalmRow[], holds: (row: CalmRow) => boolean): Share => ({
  what,
  rate: rateOf(rows.filter(holds).length, rows.length),
});

/** The shares, the first of them the one that matters; each with the runs as denominator in which it could have come. */
export const sharesOf = (rows: CalmRow[]): Share[] => {
  const counted = rows.filter((row) => !isExcluded(row));
  const compared = counted.filter(({ gate }) => gate?.compared);
  return [
    shareOf('runs that alarmed', counted, ({ alarms }) => alarms.length > 0),
    ...ALARMS.map((name) =>
      shareOf(`runs with an alarm of \`${name}\``, counted, ({ alarms }) =>
        alarms.some((alarm) => alarm.name === name),
      ),
    ),
    shareOf('runs with a named culprit', counted, ({ culprit }) => culprit !== null),
    shareOf('runs that missed an objective', counted, ({ gate }) => (gate?.breaches.length ?? 0) > 0),
    shareOf('compared runs called a regression', compared, ({ gate }) => gate!.compared!.worse.length > 0),
    shareOf('compared runs called better', compared, ({ gate }) => gate!.compared!.better.length > 0),
    shareOf('runs with evidence called incomplete', counted, ({ doubts }) => doubts.length > 0),
    shareOf('runs that are in none of these shares', rows, isExcluded),
  ];
};

const verdictsOf = (rows: CalmRow[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { verdict } of rows) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
};

/** Sums up the rows of one telemetry. */
export const tableOf = (telemetry: string, environments: string[], rows: CalmRow[]): CalmTable => ({
  telemetry,
  environments,
  shares: sharesOf(rows),
  verdicts: verdictsOf(rows),
  watchedSeconds: rows.filter((row) => !isExcluded(row)).reduce((sum, { watched }) => sum + watched, 0),
  rows,
});

/** `0 of 30`, and its interval. */
export const rateText = ({ hits, n, share, low, high }: Rate): { value: string; interval: string } => ({
  value: `${hits} of ${n}`,
  interval: share === null ? '–' : `${percent(share)} (${percent(low)} to ${percent(high)})`,
});

/** The shares as lines for a terminal. */
export const linesOf = ({ telemetry, shares, verdicts }: CalmTable): string[] => [
  `${telemetry} telemetry, 95 % intervals:`,
  ...shares.map(({ what, rate }) => {
    const { value, interval } = rateText(rate);
    return `  ${what.replaceAll('`', '')}: ${value}, ${interval}`;
  }),
  `  verdicts: ${Object.entries(verdicts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')}`,
];
