import { conflictBetween, type FaultState } from '../../service/contract.ts';
import { all } from '../shared/all.ts';
import { ObsctlError } from '../shared/errors.ts';
import { findFault } from './catalogue.ts';
import type { CataloguedFault } from './catalogued-fault.ts';
import type { ChaosDriver, Injection, Lease, Look } from './chaos-driver.ts';

type Carrier = CataloguedFault['carriedBy'];

/**
 * A replica may go between the question who is there and the question to it. Asked once more, it is left out; one that
 * is there and silent fails again.
 */
const onceMore = async <T>(ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ObsctlError && error.code === 'ADMIN_UNAVAILABLE') return ask();
    throw error;
  }
};

/** As onceMore. A driver that cannot even say whom to ask is silent as a whole. */
const lookTwice = async (driver: ChaosDriver): Promise<Look> => {
  const look = () => driver.look().catch((error: unknown): Look => ({ on: [], silent: [error] }));
  const first = await look();
  return first.silent.length === 0 ? first : look();
};

/** Several chaos drivers as one: each fault goes to the driver of what carries it. */
export class ChaosDrivers implements ChaosDriver {
  constructor(private readonly drivers: Record<Carrier, ChaosDriver>) {}

  async check(injection: Injection): Promise<string[]> {
    const carriers = await this.driverOf(injection).check(injection);
    await this.refuseConflicts(injection.fault, carriers);
    return carriers;
  }

  async inject(injection: Injection): Promise<Lease[]> {
    // The service refuses what conflicts there itself; what the stack takes away, the service cannot know of.
    if (findFault(injection.fault).carriedBy === 'stack') await this.check(injection);
    return this.driverOf(injection).inject(injection);
  }

  async renew(leases: Lease[], leaseSeconds: number): Promise<void> {
    await all(this.parts(leases).map(([driver, own]) => driver.renew(own, leaseSeconds)));
  }

  async clear(leases: Lease[]): Promise<FaultState[]> {
    const last = new Map<Lease, FaultState>();
    const clearOwn = async ([driver, own]: [ChaosDriver, Lease[]]): Promise<void> => {
      for (const [i, state] of (await driver.clear(own)).entries()) last.set(own[i]!, state);
    };
    await all(this.parts(leases).map(clearOwn));
    return leases.map((lease) => last.get(lease)!);
  }

  async list(): Promise<Lease[]> {
    return (await all(this.each((driver) => driver.list()))).flat();
  }

  async look(): Promise<Look> {
    const looks = await Promise.all(Object.values(this.drivers).map(lookTwice));
    return { on: looks.flatMap(({ on }) => on), silent: looks.flatMap(({ silent }) => silent) };
  }

  async clearAll(): Promise<number> {
    const cleared = await all(this.each((driver) => driver.clearAll()));
    return cleared.reduce((sum, count) => sum + count, 0);
  }

  async verify(leases: Lease[], expected: 'on' | 'gone'): Promise<boolean> {
    const verified = await all(this.parts(leases).map(([driver, own]) => driver.verify(own, expected)));
    return verified.every(Boolean);
  }

  private driverOf({ fault }: Pick<Lease, 'fault'>): ChaosDriver {
    return this.drivers[findFault(fault).carriedBy];
  }

  private each<T>(ask: (driver: ChaosDriver) => Promise<T>): Promise<T>[] {
    return Object.values(this.drivers).map((driver) => onceMore(() => ask(driver)));
  }

  /** The leases of each driver that has any. */
  private parts(leases: Lease[]): [ChaosDriver, Lease[]][] {
    return Object.values(this.drivers)
      .map((driver): [ChaosDriver, Lease[]] => [
        driver,
        leases.filter((lease) => this.driverOf(lease) === driver),
      ])
      .filter(([, own]) => own.length > 0);
  }

  /** What is on at the same carrier now and cannot be on together with the fault. */
  private async refuseConflicts(name: string, carriers: string[]): Promise<void> {
    const fault = findFault(name);
    const problems = (await this.list())
      .filter(({ instance }) => carriers.includes(instance))
      .flatMap((lease) => {
        const why = conflictBetween(fault, findFault(lease.fault));
        return why ? [`${lease.instance}: ${lease.fault} is on (${lease.id}), and ${why}`] : [];
      });
    if (problems.length === 0) return;
    throw new ObsctlError('FAULT_REFUSED', `${name} cannot be injected now.`, {
      details: [...new Set(problems)],
    });
  }
}
