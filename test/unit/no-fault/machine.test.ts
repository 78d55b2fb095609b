import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  readMachine,
  sharesBetween,
  ticksOfStat,
  watchMachine,
  worstWithin,
} from '../../../scripts/no-fault/machine.ts';

describe('ticks', () => {
  it('count the time of guests once, and waiting for a disk as idle', () => {
    const stat = 'cpu  10 2 8 70 5 1 1 3 9 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n';
    expect(ticksOfStat(stat)).toEqual({ total: 100, idle: 75, steal: 3 });
  });

  it('give the shares of the time between two readings', () => {
    const before = { total: 1000, idle: 900, steal: 10 };
    const shares = sharesBetween(before, { total: 1200, idle: 1000, steal: 30 });
    expect(shares.busy).toBeCloseTo(0.4);
    expect(shares.steal).toBeCloseTo(0.1);
    expect(sharesBetween(before, before)).toEqual({ busy: 0, steal: null });
    const untold = { total: 1200, idle: 1000, steal: null };
    expect(sharesBetween({ ...before, steal: null }, untold)).toEqual({ busy: 0.5, steal: null });
  });
});

describe('worst second', () => {
  const sample = (time: number, busy: number, steal: number | null = null) => ({
    ...{ time, busy, steal, load: busy * 2, late: 0 },
  });

  it('takes the worst of each within the window, and of no other', () => {
    const samples = [sample(10, 0.9), sample(11, 0.2, 0.01), sample(12, 0.4), sample(13, 0.3, 0.05)];
    // A sample is of the second that ended then: that of 12 to 13 belongs to a window that ends at 12.
    expect(worstWithin(samples, { from: 11, to: 12 })).toEqual({
      busy: 0.4,
      steal: 0.05,
      load: 0.8,
      late: 0,
    });
    expect(worstWithin(samples, { from: 12, to: 11.5 })!.steal).toBeNull();
    expect(worstWithin(samples, { from: 20, to: 30 })).toBeNull();
  });
});

describe('watching', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'obsctl-machine-'));
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    rmSync(folder, { recursive: true, force: true });
  });

  it('adds a sample each second until it is ended, and reads past a line that is broken', () => {
    const file = join(folder, 'runs', 'machine.ndjson');
    expect(readMachine(file)).toEqual([]);
    const stop = watchMachine(file);
    vi.advanceTimersByTime(3000);
    stop();
    vi.advanceTimersByTime(3000);
    appendFileSync(file, '{"time": 12');
    const samples = readMachine(file);
    expect(samples).toHaveLength(3);
    expect(samples[1]!.time - samples[0]!.time).toBeCloseTo(1);
    for (const { busy, late, load } of samples) {
      expect(busy).toBeGreaterThanOrEqual(0);
      expect(busy).toBeLessThanOrEqual(1);
      expect(late).toBeCloseTo(0);
      expect(load).toBeGreaterThanOrEqual(0);
    }
  });
});
