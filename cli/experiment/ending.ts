import { type HaltSwitch, haltedError } from '../chaos/halt.ts';
import type { LoadProgress } from '../load/load-driver.ts';
import { StopConditionMet, type StopWatch } from './stop-conditions.ts';

/** Between two looks at the halt, milliseconds. */
const LOOK_EVERY_MS = 250;

/** What ends a run before its time: the end of its load, a stop condition, a halt. The first counts. */
export class Ending {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Ends it for that reason. */
  because(error: unknown): void {
    this.controller.abort(error);
  }

  /** Ends it when one of the conditions holds in the seconds from `since` on (Unix seconds). */
  atStop(watch: StopWatch, { seconds }: Pick<LoadProgress, 'seconds'>, since: number): void {
    const stop = watch.take(seconds.filter(({ t }) => t >= since));
    if (stop) this.because(new StopConditionMet(stop));
  }

  /** Ends it with HALTED once the halt is set; call `rest` when there is nothing to end any more. */
  atHalt(halt: Pick<HaltSwitch, 'read'>): void {
    const look = () => {
      const halted = haltedError(halt);
      if (halted) this.because(halted);
    };
    this.timer = setInterval(look, LOOK_EVERY_MS);
  }

  rest(): void {
    clearInterval(this.timer);
  }
}
