import type { Window } from '../../../../reports/record/common.ts';

/** What one slice of a window brought. */
export interface Slice {
  /** A limit cut it: ask for less time at once. */
  full: boolean;
  /** How much came, against the limit: below an eighth the next slice is longer. */
  fill: number;
}

export interface WalkOptions {
  /** Seconds of the first slice. */
  first: number;
  /** Slices that may be asked for. */
  budget: number;
}

const GROWTH = 4;
const SPARSE = 1 / 8;

/**
 * Asks for a window slice by slice, oldest first, in whole seconds. A slice that is full is asked for again as a shorter
 * one, down to a second; `last` tells that it cannot be shorter. `ask` returns null to stop. Returns whether the
 * window was walked to its end without loss.
 */
export const walk = async (
  window: Window,
  { first, budget }: WalkOptions,
  ask: (slice: Window, last: boolean) => Promise<Slice | null>,
): Promise<boolean> => {
  const end = Math.ceil(window.to);
  let at = Math.floor(window.from);
  let length = Math.max(1, Math.ceil(first));
  let whole = true;
  for (let asked = 0; at < end; asked += 1) {
    if (asked >= budget) return false;
    const to = Math.min(end, at + length);
    const slice = await ask({ from: at, to }, to - at <= 1);
    if (slice === null) return false;
    if (slice.full && to - at > 1) {
      length = Math.ceil((to - at) / 2);
      continue;
    }
    if (slice.full) whole = false;
    at = to;
    if (slice.fill < SPARSE) length *= GROWTH;
  }
  return whole;
};
