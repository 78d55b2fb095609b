import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { strike } from './strike.ts';

const request = { route: '/', method: 'GET', headers: {} };

describe('strike', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('has the faults play one after the other, and passes on what one throws', async () => {
    const played: string[] = [];
    const victim = (id: string) => ({ id, handle: () => void played.push(id) });
    const broken = {
      id: 'b',
      handle: () => {
        throw new Error('no stock');
      },
    };
    await expect(strike([victim('a'), broken, victim('c')], request)).rejects.toThrow('no stock');
    expect(played).toEqual(['a']);
  });

  it('lets the request go when faults have held it for 15 s', async () => {
    const hold = vi.fn(() => new Promise<void>((resolve) => setTimeout(resolve, 10_000)));
    const victims = Array.from({ length: 16 }, (_, n) => ({ id: `f-${n}`, handle: hold }));
    const done = vi.fn();
    void strike(victims, request).then(done);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(done).toHaveBeenCalledOnce();
    expect(hold).toHaveBeenCalledTimes(2);
  });
});
