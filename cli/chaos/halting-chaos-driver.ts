import type { FaultState } from '../../service/contract.ts';
import type { ChaosDriver, Injection, Lease, Look } from './chaos-driver.ts';
import { type HaltSwitch, haltedError } from './halt.ts';

/** A chaos driver that breaks nothing, and holds nothing broken, while the halt is set. Ending and asking go on. */
export class HaltingChaosDriver implements ChaosDriver {
  constructor(
    private readonly driver: ChaosDriver,
    private readonly halt: HaltSwitch,
  ) {}

  /** Throws HALTED before anything else is looked at. */
  async check(injection: Injection): Promise<string[]> {
    this.refuseIfHalted();
    return this.driver.check(injection);
  }

  /** Throws HALTED; what was begun just before the halt is ended first. */
  async inject(injection: Injection): Promise<Lease[]> {
    this.refuseIfHalted();
    const leases = await this.driver.inject(injection);
    const halted = haltedError(this.halt);
    if (!halted) return leases;
    await this.driver.clear(leases).catch(() => undefined);
    throw halted;
  }

  /** Throws HALTED, so that the lease runs out whatever else becomes of it. */
  async renew(leases: Lease[], leaseSeconds: number): Promise<void> {
    this.refuseIfHalted();
    return this.driver.renew(leases, leaseSeconds);
  }

  clear(leases: Lease[]): Promise<FaultState[]> {
    return this.driver.clear(leases);
  }

  list(): Promise<Lease[]> {
    return this.driver.list();
  }

  look(): Promise<Look> {
    return this.driver.look();
  }

  clearAll(): Promise<number> {
    return this.driver.clearAll();
  }

  verify(leases: Lease[], expected: 'on' | 'gone'): Promise<boolean> {
    return this.driver.verify(leases, expected);
  }

  private refuseIfHalted(): void {
    const halted = haltedError(this.halt);
    if (halted) throw halted;
  }
}
