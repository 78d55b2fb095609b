import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { boundedReading } from './bounded-reading.ts';
import { createMetrics, observedGauge, observedGaugeBy } from './metrics.ts';

const never = () => new Promise<number>(() => undefined);

describe('a bounded reading', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is the answer where it comes in time', async () => {
    expect(await boundedReading(async () => 5)()).toBe(5);
  });

  it('is the last answer, or none, where it does not, and asks once at a time', async () => {
    const answers = [Promise.resolve(5), never()];
    const read = vi.fn(() => answers.shift()!);
    const reading = boundedReading(read);
    await reading();
    const late = [reading(), reading()];
    await vi.advanceTimersByTimeAsync(300);
    expect(await Promise.all(late)).toEqual([5, 5]);
    expect(read).toHaveBeenCalledTimes(2);
    const stale = reading();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await stale).toBe(5);
    const older = reading();
    await vi.advanceTimersByTimeAsync(300);
    expect(await older).toBeUndefined();
  });

  it('is none after a failure, and asks again', async () => {
    const answers = [Promise.resolve(1), Promise.reject(new Error('gone')), Promise.resolve(3)];
    const reading = boundedReading(() => answers.shift()!);
    expect([await reading(), await reading(), await reading()]).toEqual([1, undefined, 3]);
  });
});

describe('a gauge of what is not known just now', () => {
  const shown = async (text: string, value: (metrics: ReturnType<typeof createMetrics>) => void) => {
    const metrics = createMetrics();
    value(metrics);
    const read = async () =>
      (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(text));
    return [await read(), await read(), await read()];
  };

  it('has no sample, and one again later', async () => {
    const values = [4, undefined, 6];
    expect(
      await shown('waiting', (metrics) => observedGauge(metrics, 'waiting', 'w', () => values.shift())),
    ).toEqual([['waiting 4'], [], ['waiting 6']]);
  });

  it('has no sample with labels either', async () => {
    const values: (Record<string, number> | undefined)[] = [{ a: 1, b: 2 }, undefined, { b: 3 }];
    expect(
      await shown('depth', (metrics) => observedGaugeBy(metrics, 'depth', 'd', 'of', () => values.shift())),
    ).toEqual([['depth{of="a"} 1', 'depth{of="b"} 2'], [], ['depth{of="b"} 3']]);
  });
});
