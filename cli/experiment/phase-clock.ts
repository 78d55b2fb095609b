import type { Phase, PhaseName } from '../../reports/record/common.ts';
import { nowSeconds, sleep } from '../shared/clock.ts';

/** Waits until the phase is over, or rejects with the signal's reason. */
export type UntilEnd = (signal: AbortSignal) => Promise<void>;

/**
 * Lays the phases one after the other on the clock. Each ends at a whole second of Unix time, as the client's seconds
 * and the scrapes do: so every second of the evidence belongs to one phase, and none is split.
 */
export class PhaseClock {
  readonly phases: Phase[] = [];
  /** When the first phase began, Unix seconds; now where nobody says. */
  startedAt: number | undefined;
  private current: PhaseName | null = null;

  get name(): PhaseName | null {
    return this.current;
  }

  /** Stays in the phase for `seconds` (up to the next whole second), or until the signal aborts. */
  stay(name: PhaseName, seconds: number, signal: AbortSignal): Promise<void> {
    return this.within(name, seconds, (untilEnd) => untilEnd(signal));
  }

  /** As stay, with work inside the phase. A phase that is cut short by an error ends where it was cut. */
  async within(name: PhaseName, seconds: number, work: (untilEnd: UntilEnd) => Promise<void>): Promise<void> {
    const from = this.phases.at(-1)?.to ?? this.startedAt ?? nowSeconds();
    const to = Math.ceil(from + seconds);
    const phase = { name, from, to };
    this.phases.push(phase);
    this.current = name;
    try {
      await work((signal) => sleep(Math.max(0, to - nowSeconds()), signal));
    } catch (error) {
      phase.to = Math.max(from, Math.min(to, nowSeconds()));
      throw error;
    } finally {
      this.current = null;
    }
  }
}
