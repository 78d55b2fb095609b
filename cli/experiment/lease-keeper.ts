import type { InjectedFault } from '../../reports/record/truth.ts';
import type { FaultState } from '../../service/contract.ts';
import { findFault } from '../chaos/catalogue.ts';
import type { ChaosDriver, Injection, Lease } from '../chaos/chaos-driver.ts';
import { nowSeconds } from '../shared/clock.ts';
import { messageOf, ObsctlError } from '../shared/errors.ts';
import { pollUntil } from '../shared/retry.ts';
import type { Journal } from './journal.ts';

/** A dead runner's fault ends after this long, seconds; a living one renews three times within it. */
export const LEASE_SECONDS = 9;
/** Longest wait until a cleared fault is read back as gone, seconds, besides its lease and what drains it. */
const VERIFY_TIMEOUT = 5;

/** Who is told of what becomes of a fault. */
export interface KeeperListener {
  changed(what: 'injected' | 'cleared', fault: InjectedFault): void;
  warning(text: string): void;
}

/** service.name by role, where a system calls its services otherwise than ours. */
type Services = Record<string, string>;

const called = <T extends string | null>(role: T, services: Services): T =>
  (role === null ? null : (services[role] ?? role)) as T;

const notYet = (injection: Injection, services: Services): InjectedFault => {
  const { label: usual, labelFor, drain, counts = 'requests' } = findFault(injection.fault);
  const { fault: name, parameters, target } = injection;
  const { service, dependency, ...rest } = labelFor?.(parameters) ?? usual;
  const label = {
    ...{ service: called(service, services), dependency: called(dependency, services) },
    ...rest,
  };
  return {
    ...{ name, label, parameters, target, drainSeconds: drain.seconds, counts },
    ...{ injectedAt: null, verifiedAt: null, clearedAt: null, verifiedClearedAt: null, endedBy: null },
    carriers: [],
  };
};

/**
 * Holds one fault for a run: writes the journal ahead of each action, renews the lease while the runner lives,
 * clears it, reads it back as gone, and keeps the truth.
 */
export class LeaseKeeper {
  private leases: Lease[] = [];
  /** The last state of each lease whose clear was confirmed: what a later clear is told is not how it ended. */
  private readonly confirmed = new Map<Lease, FaultState>();
  private timer: NodeJS.Timeout | undefined;
  private clearing: Promise<void> | undefined;
  private toldOfRenewal = false;
  readonly fault: InjectedFault;

  constructor(
    private readonly chaos: ChaosDriver,
    private readonly journal: Journal,
    private readonly injection: Injection,
    private readonly listener: KeeperListener,
    services: Services = {},
  ) {
    this.fault = notYet(injection, services);
  }

  async inject(): Promise<void> {
    this.journal.append('fault-injecting', { fault: this.injection.fault, leaseSeconds: LEASE_SECONDS });
    this.leases = await this.chaos.inject({ ...this.injection, leaseSeconds: LEASE_SECONDS });
    this.timer = setInterval(() => void this.renew(), (LEASE_SECONDS / 3) * 1000);
    this.fault.injectedAt = Math.min(...this.leases.map((lease) => lease.injectedAt));
    this.fault.verifiedAt = nowSeconds();
    // What is done to a replica of any service is that service's trouble.
    if (findFault(this.fault.name).carrier === 'replica')
      this.fault.label = { ...this.fault.label, service: this.leases[0]!.service };
    this.fault.carriers = this.leases.map(({ id, service, instance, injectedAt }) => ({
      ...{ leaseId: id, service, instance, injectedAt, clearedAt: null },
      ...{ verifiedOn: true, verifiedGone: false, eligible: 0, hits: 0 },
    }));
    const carriers = this.leases.map(({ instance }) => instance);
    this.journal.append('fault-injected', { fault: this.fault.name, carriers });
    this.listener.changed('injected', this.fault);
  }

  /**
   * Clears and verifies; safe to call twice, also at the same time, and when nothing was injected. Throws NOT_RESTORED;
   * the next call then tries again.
   */
  clear(): Promise<void> {
    this.clearing ??= this.end().catch((error) => {
      this.clearing = undefined;
      throw error;
    });
    return this.clearing;
  }

  private async end(): Promise<void> {
    clearInterval(this.timer);
    if (this.leases.length === 0) return;
    this.note('fault-clearing', { fault: this.fault.name });
    await this.clearLeases();
    if (!(await this.waitGone()))
      throw new ObsctlError('NOT_RESTORED', `The fault ${this.fault.name} could not be read back as gone.`);
    this.fault.verifiedClearedAt = nowSeconds();
    for (const carrier of this.fault.carriers) carrier.verifiedGone = true;
    this.note('fault-cleared', { fault: this.fault.name, endedBy: this.fault.endedBy });
    this.listener.changed('cleared', this.fault);
  }

  private note(type: string, data: Record<string, unknown>): void {
    const why = this.journal.appendIfPossible(type, data);
    if (why) this.listener.warning(`the journal could not be written: ${why}`);
  }

  private async renew(): Promise<void> {
    try {
      await this.chaos.renew(this.leases, LEASE_SECONDS);
    } catch (error) {
      if (this.clearing) return;
      this.note('lease-not-renewed', { fault: this.fault.name, why: messageOf(error) });
      if (this.toldOfRenewal) return;
      this.toldOfRenewal = true;
      this.listener.warning(`the lease of ${this.fault.name} could not be renewed: ${messageOf(error)}`);
    }
  }

  /** One by one, so that a carrier that does not answer hides nothing of the others. */
  private async clearLeases(): Promise<void> {
    const pending = this.leases.filter((lease) => !this.confirmed.has(lease));
    if (pending.length === 0) return;
    await Promise.all(pending.map((lease) => this.clearLease(lease)));
    this.fault.clearedAt = nowSeconds();
    for (const lease of pending) this.noteEnd(lease, this.fault.clearedAt);
    const states = this.leases.map((lease) => this.confirmed.get(lease) ?? null);
    if (states.some((state) => state === null)) this.fault.endedBy = 'unknown';
    else this.fault.endedBy = states.every((state) => state!.expiresIn > 0) ? 'clear' : 'lease';
  }

  private noteEnd(lease: Lease, clearedAt: number): void {
    const carrier = this.fault.carriers[this.leases.indexOf(lease)]!;
    const { eligible, hits } = this.confirmed.get(lease) ?? carrier;
    Object.assign(carrier, { clearedAt, eligible, hits });
  }

  private async clearLease(lease: Lease): Promise<void> {
    try {
      const [state] = await this.chaos.clear([lease]);
      if (state) this.confirmed.set(lease, state);
    } catch (error) {
      const { fault, instance } = lease;
      this.listener.warning(
        `the clear of ${fault} at ${instance} was not confirmed: ${messageOf(error)}; its lease ends it`,
      );
    }
  }

  /** Where a clear did not get through, the lease does; what was brought down has to come up again. */
  private async waitGone(): Promise<boolean> {
    const timeout = VERIFY_TIMEOUT + LEASE_SECONDS + this.fault.drainSeconds;
    const gone = async () => (await this.chaos.verify(this.leases, 'gone').catch(() => false)) || undefined;
    return (await pollUntil(gone, { timeout, every: 0.2 })) ?? false;
  }
}
