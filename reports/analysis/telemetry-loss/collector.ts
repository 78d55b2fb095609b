import type { Window } from '../../record/common.ts';
import type { Evidence } from '../../record/evidence.ts';
import { median } from '../statistics/median.ts';
import { NEVER, named, type Point, receivedBy, type Usual, usualOf } from './usual.ts';

/** What the pipeline itself counted of a signal that it lost. */
export interface Counted extends Window {
  /** Lost over received meanwhile, 0..1. */
  share: number;
  items: number;
  /** From when on so much was lost that it is no rounding. */
  detectedAt: number;
  how: 'dropped' | 'failed';
  instance: string;
  /** It drops a part all along: then only what is lost beyond that counts, over what else gets through. */
  habitual: boolean;
}

/** What is held back for a moment counts as dropped until it is sent: a second must lose more than this share to count. */
const MIN_SHARE = 0.1;
const MIN_ITEMS = 10;
/** Where a share is dropped all along, one point above it may be chance: so many in a row are not. */
const MIN_POINTS = 3;
/** Points that lose, with a pause of at most so many seconds, or of their own intervals, between them are one stretch. */
const MAX_PAUSE = 3;
const INTERVALS = 3;

/** Seconds that a point stands for: since the one before it. */
const secondsOf = (points: Point[], i: number): number => (i > 0 ? points[i]![0] - points[i - 1]![0] : 1);

const longestPause = (points: Point[]): number => {
  const steps = points.slice(1).map((_, i) => secondsOf(points, i + 1));
  return Math.max(MAX_PAUSE, steps.length > 0 ? INTERVALS * median(steps) : 0);
};

/** A counter of what was lost beside what the same instance received meanwhile. */
interface Lane {
  how: Counted['how'];
  instance: string;
  points: Point[];
  /** Items a second, by the same index as `points`. */
  received: number[];
  usual: Usual;
}

/** How much of a point was lost, of how much that should have got through; items a second. */
const lostAt = ({ points, received, usual }: Lane, i: number) => ({
  lost: points[i]![1] - usual.share * received[i]!,
  whole: (1 - usual.share) * received[i]!,
});

const isBad = (lane: Lane, i: number): boolean => {
  const { points, received, usual } = lane;
  const above = points[i]![1] - Math.max(usual.mostShare * received[i]!, usual.mostRate);
  return above > 0 && above > MIN_SHARE * lostAt(lane, i).whole;
};

/** Points in which a share of what was received was lost, in stretches. */
const stretchesOf = (lane: Lane): number[][] => {
  const { points, usual } = lane;
  const pause = longestPause(points);
  const stretches: number[][] = [];
  for (const i of points.map((_, at) => at).filter((at) => isBad(lane, at))) {
    const last = stretches.at(-1);
    if (last && points[i]![0] - points[last.at(-1)!]![0] <= pause) last.push(i);
    else stretches.push([i]);
  }
  return stretches.filter(({ length }) => usual.share === 0 || length >= MIN_POINTS);
};

const describe = (lane: Lane, stretch: number[]): Counted => {
  const { points, how, instance } = lane;
  const [first, last] = [stretch[0]!, stretch.at(-1)!];
  const all = points.map((_, i) => i).slice(first, last + 1);
  const sum = (what: 'lost' | 'whole') =>
    all.reduce((total, i) => total + lostAt(lane, i)[what] * secondsOf(points, i), 0);
  const [items, whole] = [sum('lost'), sum('whole')];
  return {
    from: points[first]![0] - secondsOf(points, first),
    to: points[last]![0],
    detectedAt: points[stretch[1] ?? first]![0],
    share: Math.max(0, Math.min(1, whole > 0 ? items / whole : 1)),
    items: Math.round(items),
    ...{ how, instance, habitual: lane.usual.share > 0 },
  };
};

const NAMES = { dropped: 'telemetry.dropped.rate', failed: 'telemetry.export.failed.rate' } as const;

const lanesOf = (evidence: Evidence, signal: string): Lane[] =>
  (['dropped', 'failed'] as const).flatMap((how) =>
    named(evidence, NAMES[how], signal).flatMap(({ instance, points }) => {
      const received = receivedBy(evidence, signal, instance);
      // Of what nobody counted the receipt, nobody knows how much should have got through.
      if (how === 'dropped' && received.size === 0) return [];
      // What could not be handed on is lost, however long that has been so.
      const usual = how === 'dropped' ? usualOf(evidence, points, received) : NEVER;
      return [{ how, instance, points, received: points.map(([t]) => received.get(t) ?? 0), usual }];
    }),
  );

/** Stretches in which the pipeline lost a share of the signal by its own count, those with most items first. */
export const countedLosses = (evidence: Evidence, signal: string): Counted[] =>
  lanesOf(evidence, signal)
    .flatMap((lane) => stretchesOf(lane).map((stretch) => describe(lane, stretch)))
    .filter(({ items, share }) => items >= MIN_ITEMS && share > 0)
    .sort((a, b) => b.items - a.items || a.from - b.from);
