import { afterEach, describe, expect, it } from 'vitest';
import {
  clear,
  eventually,
  inject,
  order,
  type Platform,
  startPlatform,
} from './service-support/platform.ts';

/**
 * A small copy of the default numbers, so that any machine keeps up: 2 slots of 200 ms serve 10 reservations/s; 2 orders/s
 * make 18 attempts/s when every attempt is made (3 by api, each 3 times by the client), 6.6/s with a budget of 0.1.
 */
const ORDERS_PER_SECOND = 2;
const INVENTORY = { INVENTORY_SLOTS: '2', INVENTORY_WORK_MS: '200', INVENTORY_QUEUE_MAX: '40' };
const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Impatient clients in an open model: up to three attempts each. */
const startLoad = (platform: Platform) => {
  const outcomes: boolean[] = [];
  const logical = async () => {
    for (let attempt = 1; attempt <= 3; attempt++) {
      const { status } = await order(platform.api).catch(() => ({ status: 0 }));
      if (status === 201) return outcomes.push(true);
      await pause(0.1);
    }
    return outcomes.push(false);
  };
  const inHand: Promise<unknown>[] = [];
  const timer = setInterval(() => inHand.push(logical()), 1000 / ORDERS_PER_SECOND);
  return {
    outcomes,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(inHand);
    },
  };
};

describe('a retry storm', () => {
  let platform: Platform;
  afterEach(() => platform.stop());

  const storm = async (api: Record<string, string>) => {
    platform = await startPlatform({ api, inventory: INVENTORY });
    const load = startLoad(platform);
    await eventually('steady state', () => load.outcomes.length >= 4 || undefined);
    expect(load.outcomes).not.toContain(false);
    const id = await inject(platform.inventory, { fault: 'retry-storm' });
    await eventually(
      'three failures in a row',
      () => load.outcomes.slice(-3).every((ok) => !ok) || undefined,
    );
    await pause(4);
    await clear(platform.inventory, id);
    return load;
  };

  it('feeds itself after its trigger is gone', async () => {
    const load = await storm({});
    await pause(12);
    const seen = load.outcomes.length;
    await pause(6);
    const last = load.outcomes.slice(seen);
    await load.stop();
    expect(last.length).toBeGreaterThan(3);
    expect(last.filter((ok) => ok).length).toBeLessThan(last.length / 2);
  });

  it('ends by itself under a retry budget', async () => {
    const load = await storm({ RETRY_BUDGET: '0.1' });
    await eventually('ten orders in a row that succeed', () => {
      const last = load.outcomes.slice(-10);
      return last.length === 10 && last.every((ok) => ok) ? true : undefined;
    });
    await load.stop();
  });
});
