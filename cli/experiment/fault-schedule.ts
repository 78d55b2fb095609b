import type { Experiment } from '../../reports/record/record.ts';
import type { InjectedFault, Truth } from '../../reports/record/truth.ts';
import { monotonicSeconds, sleep } from '../shared/clock.ts';
import { apartBecause } from './fault-conflicts.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { injectionOf } from './planned-injection.ts';

type PlannedFault = Experiment['faults'][number];
type Keeper = Pick<LeaseKeeper, 'inject' | 'clear' | 'fault'>;
type Held = PlannedFault & { keeper: Keeper };

const endOf = ({ at, duration }: PlannedFault): number => at + duration;

const cannotMeet = (a: PlannedFault, b: PlannedFault): boolean => {
  const [one, other] = [a, b].map((fault) => ({ ...fault, injection: injectionOf(fault) }));
  return apartBecause(one!, other!) !== null;
};

/** The faults of a run, each with its keeper and its time within the fault phase. */
export class FaultSchedule {
  /** In the order in which they were planned. */
  private readonly held: Held[];

  /** `phase`: seconds of the fault phase; what stays until its end is cleared by `clear`. */
  constructor(
    planned: PlannedFault[],
    private readonly phase: number,
    keeperOf: (fault: PlannedFault) => Keeper,
    private readonly exclude = cannotMeet,
  ) {
    this.held = planned.map((fault) => ({ ...fault, keeper: keeperOf(fault) }));
  }

  /** What was injected so far, and how it went. */
  get injected(): InjectedFault[] {
    return this.truth.faults.filter(({ injectedAt }) => injectedAt !== null);
  }

  /** Every fault, also one that was not injected. */
  get truth(): Truth {
    return { schemaVersion: 1, faults: this.held.map(({ keeper }) => keeper.fault) };
  }

  /**
   * Injects and clears each at its time, whatever the others wait for; only what it excludes is gone before. Rejects
   * with the first failure, or the signal's reason, when nothing is under way any more.
   */
  async play(signal: AbortSignal): Promise<void> {
    const failure = new AbortController();
    const until = AbortSignal.any([signal, failure.signal]);
    const begun = monotonicSeconds();
    const played = new Map<Held, Promise<void>>();
    for (const one of [...this.held].sort((a, b) => a.at - b.at)) {
      const before = [...played].filter(([other]) => endOf(other) <= one.at && this.exclude(one, other));
      const room = Promise.all(before.map(([, gone]) => gone));
      played.set(
        one,
        this.playOne(one, begun, room, until).catch((error) => failure.abort(error)),
      );
    }
    await Promise.all(played.values());
    until.throwIfAborted();
  }

  private async playOne(one: Held, begun: number, room: Promise<unknown>, until: AbortSignal): Promise<void> {
    const reach = (at: number) => sleep(Math.max(0, begun + at - monotonicSeconds()), until);
    await reach(one.at);
    await room;
    until.throwIfAborted();
    await one.keeper.inject();
    if (endOf(one) >= this.phase) return;
    await reach(endOf(one));
    await one.keeper.clear();
  }

  /** Clears and verifies every fault, whatever becomes of the others; then throws the first failure. Safe to call twice. */
  async clear(): Promise<void> {
    const outcomes = await Promise.allSettled(this.held.map(({ keeper }) => keeper.clear()));
    const failed = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (failed) throw failed.reason;
  }
}
