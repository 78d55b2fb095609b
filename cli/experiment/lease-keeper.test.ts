import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ChaosDriver, Injection, Lease } from '../chaos/chaos-driver.ts';
import { Journal, readJournal } from './journal.ts';
import { LEASE_SECONDS, LeaseKeeper } from './lease-keeper.ts';

const injection: Injection = {
  fault: 'latency',
  parameters: { ms: 5 },
  target: { rate: 1 },
  leaseSeconds: 60,
};

const leaseOn = (instance: string): Lease => ({
  ...{ id: `latency-${instance}`, fault: 'latency', service: 'api', instance, injectedAt: 1000 },
  state: {
    ...{ id: `latency-${instance}`, fault: 'latency', parameters: {}, injectedAt: 1000, expiresIn: 9 },
    ...{ target: { rate: 1, seed: 1 }, eligible: 0, hits: 0 },
  },
});

describe('the keeper of a lease', () => {
  let folder: string;
  let journal: Journal;
  const changed: string[] = [];
  const warnings: string[] = [];
  const chaos = {
    check: vi.fn<ChaosDriver['check']>(),
    inject: vi.fn<ChaosDriver['inject']>(),
    renew: vi.fn<ChaosDriver['renew']>(),
    clear: vi.fn<ChaosDriver['clear']>(),
    list: vi.fn<ChaosDriver['list']>(),
    look: vi.fn<ChaosDriver['look']>(),
    clearAll: vi.fn<ChaosDriver['clearAll']>(),
    verify: vi.fn<ChaosDriver['verify']>(),
  };
  let keeper: LeaseKeeper;
  const keeperListener = {
    changed: (what: string) => void changed.push(what),
    warning: (text: string) => void warnings.push(text),
  };

  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'],
    });
    folder = mkdtempSync(join(tmpdir(), 'obsctl-keeper-'));
    journal = new Journal(join(folder, 'events.ndjson'));
    changed.length = 0;
    warnings.length = 0;
    for (const call of Object.values(chaos)) call.mockReset();
    chaos.inject.mockResolvedValue([leaseOn('api-1'), leaseOn('api-2')]);
    chaos.clear.mockImplementation(async ([lease]) => [{ ...lease!.state, eligible: 9, hits: 4 }]);
    chaos.renew.mockResolvedValue();
    chaos.verify.mockResolvedValue(true);
    keeper = new LeaseKeeper(chaos, journal, injection, keeperListener);
  });
  afterEach(() => {
    vi.useRealTimers();
    journal.close();
    rmSync(folder, { recursive: true });
  });

  test('calls service and dependency as a foreign system does', () => {
    const foreign = { ...injection, fault: 'downstream-timeout' };
    const { fault } = new LeaseKeeper(chaos, journal, foreign, keeperListener, {
      api: 'todo',
      inventory: 'stock',
    });
    expect(fault.label).toMatchObject({ service: 'todo', dependency: 'stock', kind: 'timeout' });
    expect(new LeaseKeeper(chaos, journal, injection, keeperListener).fault.label).toMatchObject({
      service: 'api',
      dependency: null,
    });
  });

  const journaled = () => readJournal(join(folder, 'events.ndjson')).map(({ type }) => type);

  test('injects under a short lease, renews it three times in its time, clears, and tells the truth', async () => {
    await keeper.inject();
    expect(chaos.inject).toHaveBeenCalledWith({ ...injection, leaseSeconds: LEASE_SECONDS });
    await vi.advanceTimersByTimeAsync(LEASE_SECONDS * 1000);
    expect(chaos.renew).toHaveBeenCalledTimes(3);
    await keeper.clear();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(chaos.renew).toHaveBeenCalledTimes(3);
    expect(keeper.fault).toMatchObject({ name: 'latency', endedBy: 'clear', drainSeconds: 1 });
    expect(
      keeper.fault.carriers.map(({ instance, eligible, hits, verifiedGone }) => [
        instance,
        eligible,
        hits,
        verifiedGone,
      ]),
    ).toEqual([
      ['api-1', 9, 4, true],
      ['api-2', 9, 4, true],
    ]);
    expect(changed).toEqual(['injected', 'cleared']);
    expect(journaled()).toEqual(['fault-injecting', 'fault-injected', 'fault-clearing', 'fault-cleared']);
  });

  test('where nothing was injected there is nothing to clear', async () => {
    await keeper.clear();
    expect(chaos.clear).not.toHaveBeenCalled();
  });

  test('two clears at the same time are one', async () => {
    await keeper.inject();
    await Promise.all([keeper.clear(), keeper.clear()]);
    await keeper.clear();
    expect(chaos.clear).toHaveBeenCalledTimes(2);
    expect(changed).toEqual(['injected', 'cleared']);
  });

  test('a carrier that does not answer hides nothing of the other', async () => {
    await keeper.inject();
    chaos.clear.mockImplementation(async ([lease]) => {
      if (lease!.instance === 'api-1') throw new Error('refused');
      return [{ ...lease!.state, eligible: 7, hits: 7 }];
    });
    await keeper.clear();
    expect(keeper.fault.endedBy).toBe('unknown');
    expect(keeper.fault.carriers.map(({ hits }) => hits)).toEqual([0, 7]);
    expect(warnings).toEqual([expect.stringContaining('latency at api-1 was not confirmed: refused')]);
  });

  test('says that the lease ended it where it had', async () => {
    await keeper.inject();
    chaos.clear.mockImplementation(async ([lease]) => [{ ...lease!.state, expiresIn: 0 }]);
    await keeper.clear();
    expect(keeper.fault.endedBy).toBe('lease');
  });

  test('waits for a replica that comes back, past its lease and its drain, and no longer', async () => {
    await keeper.inject();
    chaos.verify.mockRejectedValue(new Error('api-1 is no longer there'));
    const back = keeper.clear().then(() => 'whole');
    await vi.advanceTimersByTimeAsync(14_000);
    chaos.verify.mockResolvedValue(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await back).toBe('whole');
  });

  test('gives up in the end, and tries again when it is told again', async () => {
    await keeper.inject();
    chaos.verify.mockResolvedValue(false);
    const first = keeper.clear().catch((error) => error);
    await vi.advanceTimersByTimeAsync(16_000);
    expect(await first).toMatchObject({ code: 'NOT_RESTORED' });
    chaos.verify.mockResolvedValue(true);
    await keeper.clear();
    expect(keeper.fault.verifiedClearedAt).not.toBeNull();
  });

  test('what a confirmed clear was told stays, however often it is cleared', async () => {
    await keeper.inject();
    chaos.verify.mockResolvedValue(false);
    const first = keeper.clear().catch((error) => error);
    await vi.advanceTimersByTimeAsync(16_000);
    await first;
    const clearedAt = keeper.fault.clearedAt;
    chaos.clear.mockImplementation(async ([lease]) => [{ ...lease!.state, expiresIn: 0 }]);
    chaos.verify.mockResolvedValue(true);
    await keeper.clear();
    expect(keeper.fault).toMatchObject({ endedBy: 'clear', clearedAt });
    expect(keeper.fault.carriers.map(({ hits }) => hits)).toEqual([4, 4]);
  });

  test('one that was not confirmed is asked again, alone', async () => {
    await keeper.inject();
    chaos.verify.mockResolvedValue(false);
    chaos.clear.mockImplementation(async ([lease]) => {
      if (lease!.instance === 'api-2') throw new Error('no answer');
      return [{ ...lease!.state, hits: 4 }];
    });
    const first = keeper.clear().catch((error) => error);
    await vi.advanceTimersByTimeAsync(16_000);
    await first;
    chaos.clear.mockReset().mockImplementation(async ([lease]) => [{ ...lease!.state, hits: 6 }]);
    chaos.verify.mockResolvedValue(true);
    await keeper.clear();
    expect(chaos.clear.mock.calls.map(([[lease]]) => lease!.instance)).toEqual(['api-2']);
    expect(keeper.fault.carriers.map(({ hits }) => hits)).toEqual([4, 6]);
  });

  test('is injected as soon as any carrier has it', async () => {
    chaos.inject.mockResolvedValue([
      { ...leaseOn('api-1'), injectedAt: 1002 },
      { ...leaseOn('api-2'), injectedAt: 1001 },
    ]);
    await keeper.inject();
    expect(keeper.fault.injectedAt).toBe(1001);
    await keeper.clear();
  });

  test('warns once of a lease that cannot be renewed', async () => {
    await keeper.inject();
    chaos.renew.mockRejectedValue(new Error('gone'));
    await vi.advanceTimersByTimeAsync(LEASE_SECONDS * 1000);
    expect(warnings).toEqual(['the lease of latency could not be renewed: gone']);
    await keeper.clear();
  });
});
