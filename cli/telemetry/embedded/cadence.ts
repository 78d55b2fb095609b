import { nowSeconds } from '../../shared/clock.ts';

/** The first beat after `now`: whole Unix seconds when both start and interval are whole. */
const beatAfter = (now: number, first: number, interval: number): number =>
  first + (Math.floor((now - first) / interval) + 1) * interval;

/**
 * Runs `work` at the next whole Unix second and then every `interval` seconds, on the wall clock and without drift, so
 * that what happens between two runs is what happened in whole seconds. It never starts early, and never while the run
 * before goes on: beats that fall into a run are left out. `work` must not reject. Returns what stops it.
 */
export const startCadence = (interval: number, work: () => Promise<void>): (() => void) => {
  const first = Math.floor(nowSeconds()) + 1;
  let timer: NodeJS.Timeout;
  let stopped = false;
  const waitFor = (beat: number): void => {
    if (stopped) return;
    timer = setTimeout(
      () => {
        // A timer counts on another clock than the wall's: it may be early by it, or the wall's may have been set.
        const late = nowSeconds() - beat;
        if (Math.abs(late) >= interval) waitFor(beatAfter(nowSeconds(), first, interval));
        else if (late < 0) waitFor(beat);
        else void work().then(() => waitFor(beatAfter(nowSeconds(), first, interval)));
      },
      Math.max(1, Math.round((beat - nowSeconds()) * 1000)),
    );
    timer.unref();
  };
  waitFor(first);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
};
