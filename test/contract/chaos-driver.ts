import { describe, expect, test } from 'vitest';
import type { ChaosDriver, Injection, Lease } from '../../cli/chaos/chaos-driver.ts';
import { eventually } from '../support/cli.ts';

export interface ChaosScene {
  driver(): ChaosDriver;
  injection: Omit<Injection, 'leaseSeconds'>;
  /** Instances that carry it. */
  carriers: string[];
  /** Whether its effect is there at each carrier, seen by other means than the driver. */
  seen(): Promise<boolean>;
  /** A carrier takes one of it at a time. */
  exclusive: boolean;
  /** Its eligible and hits count what it took, not requests. */
  counted: boolean;
}

/** Seconds. A lease that a test ends itself, one that ends by itself, and how late that may be noticed. */
const LONG = 60;
const SHORT = 4;
const LATE = 15;

/** What every chaos driver keeps to, whatever carries the fault. */
export const chaosDriverContract = (scene: ChaosScene): void => {
  describe(`${scene.injection.fault} keeps to the contract`, () => {
    const { injection, carriers } = scene;
    const inject = (leaseSeconds: number) => scene.driver().inject({ ...injection, leaseSeconds });
    const own = (leases: Lease[]) => leases.filter(({ fault }) => fault === injection.fault);
    const listed = async () => own(await scene.driver().list());
    const noneSeen = () => eventually('its effect is gone', async () => !(await scene.seen()), LATE);

    test('a check names who would carry it and changes nothing', async () => {
      const named = await scene.driver().check({ ...injection, leaseSeconds: SHORT });
      expect(named.sort()).toEqual(carriers);
      expect([await listed(), await scene.seen()]).toEqual([[], false]);
    });

    test('it is injected, read back, seen, renewed, cleared, and read back as gone', async () => {
      const driver = scene.driver();
      const leases = await inject(LONG);
      expect(leases.map(({ instance }) => instance).sort()).toEqual(carriers);
      expect(await driver.verify(leases, 'on')).toBe(true);
      expect(await driver.verify(leases, 'gone')).toBe(false);
      expect(await scene.seen()).toBe(true);
      const first = await listed();
      expect(first.map(({ id }) => id).sort()).toEqual(leases.map(({ id }) => id).sort());
      if (scene.counted) expect(first[0]!.state).toMatchObject({ eligible: 1, hits: 1 });
      await eventually('the lease counts down', async () =>
        (await listed()).every(({ state }) => state.expiresIn < first[0]!.state.expiresIn),
      );
      await driver.renew(leases, 2 * LONG);
      for (const { state } of await listed()) expect(state.expiresIn).toBeGreaterThan(LONG);
      const last = await driver.clear(leases);
      for (const state of last) expect(state.expiresIn).toBeGreaterThan(0);
      if (scene.counted) expect(last[0]!.hits).toBe(1);
      expect(await driver.verify(leases, 'gone')).toBe(true);
      expect(await driver.verify(leases, 'on')).toBe(false);
      expect(await listed()).toEqual([]);
      await noneSeen();
    });

    test('its lease ends it by itself; then it cannot be renewed, and clearing it is no error', async () => {
      const driver = scene.driver();
      const leases = await inject(SHORT);
      await eventually('the lease has ended', async () => (await listed()).length === 0, SHORT + LATE);
      await noneSeen();
      await expect(driver.renew(leases, LONG)).rejects.toThrow();
      expect((await driver.clear(leases)).map(({ expiresIn }) => expiresIn)).toEqual(leases.map(() => 0));
      expect(await driver.verify(leases, 'gone')).toBe(true);
    });

    test('what is refused leaves nothing on', async () => {
      const wrong = { ...injection, instances: ['no-such'], leaseSeconds: SHORT };
      for (const ask of ['check', 'inject'] as const)
        await expect(scene.driver()[ask](wrong)).rejects.toMatchObject({ code: 'UNKNOWN_TARGET' });
      expect(await listed()).toEqual([]);
    });

    if (!scene.exclusive) return;
    test('a second one at the same carrier is refused, and the first stays', async () => {
      const leases = await inject(LONG);
      await expect(inject(LONG)).rejects.toMatchObject({ code: 'FAULT_REFUSED' });
      expect((await listed()).map(({ id }) => id)).toEqual(leases.map(({ id }) => id));
      expect(await scene.driver().clearAll()).toBe(leases.length);
      expect(await scene.driver().verify(leases, 'gone')).toBe(true);
    });
  });
};
