import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { ChaosDriver, Injection, Lease } from './chaos-driver.ts';
import { HaltFile } from './halt.ts';
import { HaltingChaosDriver } from './halting-chaos-driver.ts';

const injection = { fault: 'latency', parameters: {}, target: {}, leaseSeconds: 9 } satisfies Injection;
const leases = [{ id: 'latency-1' } as Lease];

let folder: string;
let halt: HaltFile;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'obsctl-halt-'));
  halt = new HaltFile(folder);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

const driver = () => ({
  check: vi.fn(async () => ['api-1']),
  inject: vi.fn(async () => leases),
  renew: vi.fn(async () => undefined),
  clear: vi.fn(async () => []),
  clearAll: vi.fn(async () => 1),
});

const halting = (inner: ReturnType<typeof driver>) =>
  new HaltingChaosDriver(inner as unknown as ChaosDriver, halt);

test('halted, nothing is checked, injected or renewed, and everything can still be ended', async () => {
  halt.set();
  const inner = driver();
  const outer = halting(inner);
  for (const refused of [outer.check(injection), outer.inject(injection), outer.renew(leases, 9)])
    await expect(refused).rejects.toMatchObject({ code: 'HALTED' });
  for (const asked of [inner.check, inner.inject, inner.renew]) expect(asked).not.toHaveBeenCalled();
  expect(await outer.clearAll()).toBe(1);
});

test('lifted, all is as before', async () => {
  halt.set();
  expect([halt.lift(), halt.lift()]).toEqual([true, false]);
  expect(await halting(driver()).inject(injection)).toBe(leases);
});

test('what was being injected when the halt came is ended again', async () => {
  const inner = driver();
  inner.inject.mockImplementation(async () => {
    halt.set();
    return leases;
  });
  await expect(halting(inner).inject(injection)).rejects.toMatchObject({ code: 'HALTED' });
  expect(inner.clear).toHaveBeenCalledWith(leases);
});

test('another process sees it, the first time counts, and a damaged file halts too', () => {
  const { since } = halt.set();
  expect(new HaltFile(folder).set().since).toBe(since);
  writeFileSync(join(folder, 'halt.json'), '{"si');
  expect(halt.read()).toEqual({ since: 0 });
});
