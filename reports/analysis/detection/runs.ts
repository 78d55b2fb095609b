/** Seconds with data in a row that must be normal before a spike counts as over. */
export const QUIET_POINTS = 5;
/** Runs of the same SLI closer than this (seconds) are one spike. */
export const MERGE_SECONDS = 10;

export interface Run {
  /** First index the rule could look back to: where the run before ended. */
  from: number;
  /** Indices into the points: first abnormal, where the rule fired, first normal again (null = never). */
  onset: number;
  fired: number;
  ended: number | null;
}

/** Walks back from the firing point over abnormal points with no quiet stretch between them. */
const onsetOf = (abnormal: boolean[], fired: number, from: number): number => {
  let onset = fired;
  for (let i = fired; i >= from && onset - i < QUIET_POINTS; i--) if (abnormal[i]) onset = i;
  return onset;
};

/**
 * Groups points into runs. `fires(i, from)` is the rule at point i, which may look back to `from`; a run ends at
 * the first of `QUIET_POINTS` normal points.
 */
export const findRuns = (abnormal: boolean[], fires: (i: number, from: number) => boolean): Run[] => {
  const runs: Run[] = [];
  let open: Run | null = null;
  let from = 0;
  let lastAbnormal = 0;
  for (let i = 0; i < abnormal.length; i++) {
    if (!open && fires(i, from)) {
      open = { from, onset: onsetOf(abnormal, i, from), fired: i, ended: null };
      runs.push(open);
      lastAbnormal = i;
    } else if (open) {
      if (abnormal[i]) lastAbnormal = i;
      if (i - lastAbnormal >= QUIET_POINTS) {
        open.ended = from = lastAbnormal + 1;
        open = null;
      }
    }
  }
  return runs;
};
