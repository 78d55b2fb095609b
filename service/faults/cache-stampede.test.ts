import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cacheStampede } from './cache-stampede.ts';
import type { FaultHost } from './fault.ts';

const parameters = cacheStampede.parameters.parse({ everyMs: 50 });
const sharing = (evict: NonNullable<FaultHost['cache']>['evict']): FaultHost => ({
  cache: { shared: true, evict },
});

describe('cache-stampede', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('evicts the share again and again until it is stopped, and counts what went', async () => {
    const evict = vi.fn(async () => 3);
    const { taken, stop } = await cacheStampede.start(parameters, sharing(evict), { rate: 0.4 });
    await vi.advanceTimersByTimeAsync(210);
    expect(evict.mock.calls).toEqual(Array(4).fill([0.4, expect.any(AbortSignal)]));
    expect(taken?.()).toEqual({ wanted: 12, held: 12 });
    await stop?.();
    await vi.advanceTimersByTimeAsync(500);
    expect(evict).toHaveBeenCalledTimes(4);
  });

  it('has one eviction in hand at a time, and the stop tells it to end and waits for it', async () => {
    const pending: ((keys: number) => void)[] = [];
    const told = vi.fn();
    const evict = vi.fn((_share: number, signal?: AbortSignal) => {
      signal?.addEventListener('abort', told);
      return new Promise<number>((resolve) => pending.push(resolve));
    });
    const { taken, stop } = await cacheStampede.start(parameters, sharing(evict), { rate: 1 });
    await vi.advanceTimersByTimeAsync(500);
    expect(evict).toHaveBeenCalledTimes(1);
    const stopped = vi.fn();
    void Promise.resolve(stop?.()).then(stopped);
    await vi.advanceTimersByTimeAsync(1);
    expect(told).toHaveBeenCalledOnce();
    expect(stopped).not.toHaveBeenCalled();
    pending[0]!(5);
    await vi.advanceTimersByTimeAsync(1);
    expect(stopped).toHaveBeenCalled();
    expect(taken?.()).toEqual({ wanted: 5, held: 5 });
  });

  it('goes on when the cache fails once', async () => {
    const evict = vi.fn(async () => 1).mockRejectedValueOnce(new Error('Command timed out'));
    const { taken, stop } = await cacheStampede.start(parameters, sharing(evict), { rate: 1 });
    await vi.advanceTimersByTimeAsync(110);
    expect(taken?.()).toEqual({ wanted: 1, held: 1 });
    await stop?.();
  });
});
