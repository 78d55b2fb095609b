import type { Phase, PhaseName } from '../../reports/record/common.ts';
import { nowSeconds, sleep } from '../shared/clock.ts';

/** Lays the phases one after the other on the clock and remembers when each really began and ended. */
export class PhaseClock {
  readonly phases: Phase[] = [];
  /** When the first phase began, Unix seconds; now where nobody says. */
  startedAt: number | undefined;
  private current: PhaseName | null = null;

  get name(): PhaseName | null {
    return this.current;
  }

  /** Stays in the phase for `seconds`, or until the signal aborts (then it rejects with the signal's reason). */
  stay(name: PhaseName, seconds: number, signal: AbortSignal): Promise<void> {
    return this.within(name, () => sleep(seconds, signal));
  }

  /** The phase lasts as long as the work does, failed or not. */
  async within(name: PhaseName, work: (wait: typeof sleep) => Promise<void>): Promise<void> {
    const phase = { name, from: this.phases.at(-1)?.to ?? this.startedAt ?? nowSeconds(), to: nowSeconds() };
    this.phases.push(phase);
    this.current = name;
    try {
      await work(sleep);
    } finally {
      this.current = null;
      phase.to = nowSeconds();
    }
  }
}
