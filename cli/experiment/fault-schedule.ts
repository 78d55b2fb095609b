import type { Experiment } from '../../reports/record/record.ts';
import type { InjectedFault, Truth } from '../../reports/record/truth.ts';
import { monotonicSeconds, sleep } from '../shared/clock.ts';
import type { LeaseKeeper } from './lease-keeper.ts';

type PlannedFault = Experiment['faults'][number];
type Keeper = Pick<LeaseKeeper, 'inject' | 'clear' | 'fault'>;

interface Step {
  /** Seconds after the fault phase began. */
  at: number;
  act(): Promise<void>;
}

/** The faults of a run, each with its keeper and its time within the fault phase. */
export class FaultSchedule {
  private readonly steps: Step[];
  private readonly keepers: Keeper[];

  /** `phase`: seconds of the fault phase; what stays until its end is cleared by `clear`. */
  constructor(planned: PlannedFault[], phase: number, keeperOf: (fault: PlannedFault) => Keeper) {
    const held = planned.map((fault) => ({ ...fault, keeper: keeperOf(fault) }));
    this.keepers = held.map(({ keeper }) => keeper);
    const begins = held.map(({ at, keeper }): Step => ({ at, act: () => keeper.inject() }));
    const ends = held
      .filter(({ at, duration }) => at + duration < phase)
      .map(({ at, duration, keeper }): Step => ({ at: at + duration, act: () => keeper.clear() }));
    // Ends first: what makes room for another fault comes before it. Sorting keeps the order of equals.
    this.steps = [...ends, ...begins].sort((a, b) => a.at - b.at);
  }

  /** What was injected so far, and how it went. */
  get injected(): InjectedFault[] {
    return this.keepers.map(({ fault }) => fault).filter(({ injectedAt }) => injectedAt !== null);
  }

  /** Every fault, also one that was not injected. */
  get truth(): Truth {
    return { schemaVersion: 1, faults: this.keepers.map(({ fault }) => fault) };
  }

  /** Injects and clears in the order of their times. Rejects with the first failure, or the signal's reason. */
  async play(signal: AbortSignal): Promise<void> {
    const begun = monotonicSeconds();
    for (const { at, act } of this.steps) {
      const wait = begun + at - monotonicSeconds();
      if (wait > 0) await sleep(wait, signal);
      await act();
    }
  }

  /** Clears and verifies every fault, whatever becomes of the others; then throws the first failure. Safe to call twice. */
  async clear(): Promise<void> {
    const outcomes = await Promise.allSettled(this.keepers.map((keeper) => keeper.clear()));
    const failed = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (failed) throw failed.reason;
  }
}
