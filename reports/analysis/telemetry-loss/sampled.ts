import type { Window } from '../../record/common.ts';
import { type Arrival, FLOORS } from '../../record/completeness.ts';
import type { Evidence } from '../../record/evidence.ts';

/** What a sample of requests, followed from the client to the stores, shows of a signal. */
export interface Sampled extends Window {
  /** Requests of the sample within the stretch, and those of which something is missing. */
  requests: number;
  hurt: number;
  /** Of these, those of which nothing is there at all. */
  gone: number;
  detectedAt: number;
}

/** So many requests that miss something are no accident. */
const MIN_HURT = FLOORS.followed;
/** Less than this share of the requests in the stretch is within what gets lost anyway. */
const MIN_SHARE = FLOORS.missing;
/** What belongs to a request may be on its way for so long: before that nobody can say that it is missing, seconds. */
const LATE = 2;

const missesTraces = ({ spans, whole }: Arrival): boolean => spans === 0 || !whole;
const missesLines = ({ lines }: Arrival): boolean => lines === 0;

/** What could not be asked is neither there nor lost. */
const isKnown = ({ spans, lines }: Arrival, signal: 'traces' | 'logs'): boolean =>
  (signal === 'traces' ? spans : lines) !== null;

/** Where no request has a line, lines do not name their traces there: nothing can be said. */
const isFollowable = (arrivals: Arrival[], signal: 'traces' | 'logs'): boolean =>
  signal === 'traces' || arrivals.some(({ lines }) => lines !== null && lines > 0);

/**
 * The stretch of time (from a request that misses something to another) in which misses are most above what is usual
 * outside: the maximum-sum interval of (miss - expected), Kadane's algorithm.
 */
const worstStretch = (bad: boolean[]): [number, number] => {
  const expected = MIN_SHARE;
  let best = { sum: 0, from: 0, to: -1 };
  let sum = 0;
  let from = 0;
  for (const [i, is] of bad.entries()) {
    sum += (is ? 1 : 0) - expected;
    if (sum > best.sum) best = { sum, from, to: i };
    if (sum <= 0) {
      sum = 0;
      from = i + 1;
    }
  }
  return [best.from, best.to];
};

/** The stretch in which requests that were answered lack their trace (or parts of it), or their lines; null: none does. */
export const sampledLoss = (
  { completeness: { arrivals }, window }: Evidence,
  signal: 'traces' | 'logs',
): Sampled | null => {
  const known = arrivals
    .filter((one) => one.time < window.to - LATE && isKnown(one, signal))
    .sort((a, b) => a.time - b.time);
  if (!isFollowable(known, signal)) return null;
  const misses = signal === 'traces' ? missesTraces : missesLines;
  const [from, to] = worstStretch(known.map(misses));
  const inside = known.slice(from, to + 1);
  const hurt = inside.filter(misses);
  if (hurt.length < MIN_HURT || hurt.length / inside.length < MIN_SHARE) return null;
  return {
    from: inside[0]!.time,
    to: inside.at(-1)!.time,
    requests: inside.length,
    hurt: hurt.length,
    gone: inside.filter(({ spans, lines }) => (signal === 'traces' ? spans : lines) === 0).length,
    detectedAt: hurt[MIN_HURT - 1]!.time + LATE,
  };
};
