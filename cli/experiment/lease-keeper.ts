import type { InjectedFault, Truth } from '../../reports/record/truth.ts';
import type { ChaosDriver, Injection, Lease } from '../chaos/chaos-driver.ts';
import { findFault } from '../chaos/injection-plan.ts';
import { nowSeconds } from '../shared/clock.ts';
import { messageOf, ObsctlError } from '../shared/errors.ts';
import { pollUntil } from '../shared/retry.ts';
import type { Journal } from './journal.ts';

/** A dead runner's fault ends after this long, seconds; a living one renews three times within it. */
export const LEASE_SECONDS = 9;
/** Longest wait until a cleared fault is read back as gone, seconds. */
const VERIFY_TIMEOUT = 5;

/**
 * Holds one fault for a run: writes the journal ahead of each action, renews the lease while the runner lives,
 * clears it, reads it back as gone, and keeps the truth.
 */
export class LeaseKeeper {
  private leases: Lease[] = [];
  private timer: NodeJS.Timeout | undefined;
  readonly fault: InjectedFault;

  constructor(
    private readonly chaos: ChaosDriver,
    private readonly journal: Journal,
    private readonly injection: Injection,
    private readonly onWarning: (text: string) => void,
  ) {
    const { label, drain, counts = 'requests' } = findFault(injection.fault);
    const { fault: name, parameters, target } = injection;
    const pending = {
      injectedAt: null,
      verifiedAt: null,
      clearedAt: null,
      verifiedClearedAt: null,
      endedBy: null,
    };
    this.fault = {
      name,
      label,
      parameters,
      target,
      drainSeconds: drain.seconds,
      counts,
      ...pending,
      carriers: [],
    };
  }

  get truth(): Truth {
    return { schemaVersion: 1, faults: [this.fault] };
  }

  /** Requests that became victims, over all carriers. */
  get hits(): number {
    return this.fault.carriers.reduce((sum, carrier) => sum + carrier.hits, 0);
  }

  async inject(): Promise<void> {
    this.journal.append('fault-injecting', { fault: this.injection.fault, leaseSeconds: LEASE_SECONDS });
    this.leases = await this.chaos.inject({ ...this.injection, leaseSeconds: LEASE_SECONDS });
    this.fault.injectedAt = Math.max(...this.leases.map((lease) => lease.injectedAt));
    this.fault.verifiedAt = nowSeconds();
    this.fault.carriers = this.leases.map(({ id, service, instance, injectedAt }) => ({
      ...{ leaseId: id, service, instance, injectedAt, clearedAt: null },
      ...{ verifiedOn: true, verifiedGone: false, eligible: 0, hits: 0 },
    }));
    this.journal.append('fault-injected', {
      fault: this.fault.name,
      carriers: this.leases.map(({ instance }) => instance),
    });
    this.timer = setInterval(() => void this.renew(), (LEASE_SECONDS / 3) * 1000);
  }

  /** Clears and verifies; safe to call twice, and when nothing was injected. Throws NOT_RESTORED. */
  async clear(): Promise<void> {
    clearInterval(this.timer);
    if (this.leases.length === 0 || this.fault.verifiedClearedAt !== null) return;
    this.note('fault-clearing', { fault: this.fault.name });
    await this.clearLeases();
    const gone = await this.waitGone();
    if (!gone)
      throw new ObsctlError('NOT_RESTORED', `The fault ${this.fault.name} could not be read back as gone.`);
    this.fault.verifiedClearedAt = nowSeconds();
    for (const carrier of this.fault.carriers) carrier.verifiedGone = true;
    this.note('fault-cleared', { fault: this.fault.name, endedBy: this.fault.endedBy });
  }

  private note(type: string, data: Record<string, unknown>): void {
    const why = this.journal.appendIfPossible(type, data);
    if (why) this.onWarning(`the journal could not be written: ${why}`);
  }

  private async renew(): Promise<void> {
    try {
      await this.chaos.renew(this.leases, LEASE_SECONDS);
    } catch (error) {
      this.note('lease-not-renewed', { fault: this.fault.name, why: messageOf(error) });
      this.onWarning(`the lease of ${this.fault.name} could not be renewed: ${messageOf(error)}`);
    }
  }

  private async clearLeases(): Promise<void> {
    try {
      const states = await this.chaos.clear(this.leases);
      this.fault.endedBy = states.every(({ expiresIn }) => expiresIn > 0) ? 'clear' : 'lease';
      for (const [i, carrier] of this.fault.carriers.entries()) {
        carrier.eligible = states[i]!.eligible;
        carrier.hits = states[i]!.hits;
      }
    } catch (error) {
      this.onWarning(
        `the clear of ${this.fault.name} was not confirmed: ${messageOf(error)}; its lease ends it`,
      );
      this.fault.endedBy = 'unknown';
    }
    this.fault.clearedAt = nowSeconds();
    for (const carrier of this.fault.carriers) carrier.clearedAt = this.fault.clearedAt;
  }

  /** Where a clear did not get through, the lease does; so wait at least that long. */
  private async waitGone(): Promise<boolean> {
    const gone = async () => (await this.chaos.verify(this.leases, 'gone').catch(() => false)) || undefined;
    return (await pollUntil(gone, { timeout: VERIFY_TIMEOUT + LEASE_SECONDS, every: 0.2 })) ?? false;
  }
}
