import { describe, expect, it, vi } from 'vitest';
import { FAULTS } from './index.ts';

const request = { route: '/', method: 'GET', headers: {} };
const start = async (name: string, parameters: object = {}) => {
  const fault = FAULTS[name]!;
  return fault.start(fault.parameters.parse(parameters), {}, { rate: 1 });
};

describe('downstream-error', () => {
  const thrown = async (status?: number) => {
    const { handle } = await start('downstream-error', status === undefined ? {} : { status });
    try {
      await handle?.(request);
    } catch (error) {
      return error as Error & { statusCode?: number };
    }
    return expect.unreachable('it did not throw');
  };

  it('throws what an inventory would throw', async () => {
    const error = await thrown();
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toBe("Cannot read properties of undefined (reading 'available')");
  });

  it.each([501, 502, 503, 504, 599])('gives an error the status %i', async (status) => {
    expect((await thrown(status)).statusCode).toBe(status);
  });
});

describe('connection-reset', () => {
  it('resets as soon as the handler is called', async () => {
    const { handle } = await start('connection-reset');
    const reset = vi.fn();
    expect(handle?.({ ...request, reset })).toBeUndefined();
    expect(reset).toHaveBeenCalledTimes(1);
  });

  it('lets a request be that has no connection', async () => {
    const { handle } = await start('connection-reset');
    expect(() => handle?.(request)).not.toThrow();
  });

  it('resets later if it is told, without keeping the handler, and not after its end', async () => {
    vi.useFakeTimers();
    try {
      const { handle, stop } = await start('connection-reset', { afterMs: 100 });
      const resets = [vi.fn(), vi.fn()];
      expect(handle?.({ ...request, reset: resets[0] })).toBeUndefined();
      vi.advanceTimersByTime(60);
      handle?.({ ...request, reset: resets[1] });
      expect(resets[0]).not.toHaveBeenCalled();
      vi.advanceTimersByTime(60);
      await stop?.();
      handle?.({ ...request, reset: resets[1] });
      vi.advanceTimersByTime(500);
      expect(resets.map((reset) => reset.mock.calls.length)).toEqual([1, 0]);
    } finally {
      vi.useRealTimers();
    }
  });
});
