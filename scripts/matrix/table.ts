import type { Half } from './plan.ts';
import { type Row, rightAtFirst, rightWithinThree } from './row.ts';
import { median, type Rate, rateOf } from './wilson.ts';

export interface Figure {
  what: string;
  target: string;
  /** A share, or seconds with how many they are the median of. */
  rate: Rate | null;
  seconds: { value: number | null; n: number } | null;
  /** Whether the figure itself reaches the target; null where there is nothing to tell by. */
  met: boolean | null;
}

export interface Cell {
  answer: string;
  count: number;
}

/** A row of the confusion matrix: what was injected, and how often each answer was given. */
export interface Confusion {
  fault: string;
  kind: string;
  runs: number;
  /** Service and kind right at first rank. */
  right: number;
  cells: Cell[];
}

export interface HalfTable {
  half: Half;
  figures: Figure[];
  /** Kinds that were true or answered, and the words for no kind; in the order of the columns. */
  answers: string[];
  confusion: Confusion[];
  counts: {
    runs: number;
    counted: number;
    invisible: number;
    excluded: number;
    pairs: number;
    noFault: number;
  };
}

export const isPair = ({ faults }: Row): boolean => faults.length > 1;
export const isCalm = ({ faults }: Row): boolean => faults.length === 0;
export const isCounted = (row: Row): boolean => row.excluded === null;
/** What the rates are made of: injected, and seen by the client. */
export const isVisible = (row: Row): boolean => isCounted(row) && !isCalm(row) && row.clientSaw;
export const isInvisible = (row: Row): boolean => isCounted(row) && !isCalm(row) && !row.clientSaw;
export const isMissed = (row: Row): boolean => isVisible(row) && !rightAtFirst(row);

const shareFigure = (what: string, rate: Rate, target: number, atMost = false): Figure => ({
  what,
  target: `${atMost ? 'at most' : 'at least'} ${Math.round(target * 100)} %`,
  rate,
  seconds: null,
  met: rate.share === null ? null : atMost ? rate.share <= target : rate.share >= target,
});

const DETECT_WITHIN = 10;

const detectFigure = (rows: Row[]): Figure => {
  const times = rows.map(({ timeToDetect }) => timeToDetect).filter((time) => time !== null);
  const value = median(times);
  return {
    what: 'time from the injection to the first alarm, median',
    target: `at most ${DETECT_WITHIN} s`,
    rate: null,
    seconds: { value, n: times.length },
    met: value === null ? null : value <= DETECT_WITHIN,
  };
};

const figuresOf = (rows: Row[]): Figure[] => {
  const visible = rows.filter(isVisible);
  const share = (holds: (row: Row) => boolean): Rate => rateOf(visible.filter(holds).length, visible.length);
  const calm = rows.filter((row) => isCounted(row) && isCalm(row));
  const sum = (of: 'windows' | 'alarmed'): number => calm.reduce((total, row) => total + row[of], 0);
  return [
    shareFigure(
      'detected, of the runs whose fault the client saw',
      share(({ detected }) => detected),
      0.95,
    ),
    shareFigure('service and kind right at first rank', share(rightAtFirst), 0.8),
    shareFigure('service and kind within the first three', share(rightWithinThree), 0.95),
    shareFigure('windows without a fault that alarmed', rateOf(sum('alarmed'), sum('windows')), 0.05, true),
    detectFigure(visible),
  ];
};

const NO_KIND = ['unknown', 'nothing'];

const cellsOf = (rows: Row[], answers: string[]): Cell[] =>
  answers.map((answer) => ({ answer, count: rows.filter((row) => row.answer === answer).length }));

const confusionOf = (rows: Row[], answers: string[]): Confusion[] => {
  const byFault = new Map<string, Row[]>();
  for (const row of rows) {
    const fault = row.faults[0] ?? 'none';
    byFault.set(fault, [...(byFault.get(fault) ?? []), row]);
  }
  return [...byFault].map(([fault, of]) => ({
    fault,
    kind: of[0]?.truths[0]?.kind ?? 'nothing',
    runs: of.length,
    right: of.filter((row) => (isCalm(row) ? row.answer === 'nothing' : rightAtFirst(row))).length,
    cells: cellsOf(of, answers),
  }));
};

/** Figures and confusion matrix of one half. Only runs that count; the matrix has no pairs, for they have two truths. */
export const tableOf = (all: Row[], half: Half): HalfTable => {
  const rows = all.filter((row) => row.half === half);
  const single = rows.filter((row) => (isVisible(row) || (isCounted(row) && isCalm(row))) && !isPair(row));
  const kinds = single.flatMap(({ truths }) => truths.map(({ kind }) => kind));
  const named = single.map(({ answer }) => answer).filter((answer) => !NO_KIND.includes(answer));
  const answers = [...new Set([...kinds, ...named]), ...NO_KIND];
  const count = (holds: (row: Row) => boolean): number => rows.filter(holds).length;
  return {
    half,
    figures: figuresOf(rows),
    answers,
    confusion: confusionOf(single, answers),
    counts: {
      runs: rows.length,
      counted: count(isVisible),
      invisible: count(isInvisible),
      excluded: count((row) => !isCounted(row)),
      pairs: count((row) => isCounted(row) && isPair(row)),
      noFault: count((row) => isCounted(row) && isCalm(row)),
    },
  };
};
