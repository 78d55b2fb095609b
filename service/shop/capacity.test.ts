import { describe, expect, it } from 'vitest';
import { OverloadedError } from '../errors.ts';
import { Capacity } from './capacity.ts';

const gate = () => {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
};
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('Capacity', () => {
  it('runs no more at a time than it has slots, the rest in the order they came', async () => {
    const capacity = new Capacity(2, 10);
    const gates = Array.from({ length: 5 }, gate);
    const begun: number[] = [];
    const all = gates.map(({ opened }, n) =>
      capacity.use(async () => {
        begun.push(n);
        await opened;
      }),
    );
    await settle();
    expect([begun, capacity.used, capacity.waiting]).toEqual([[0, 1], 2, 3]);
    for (const { open } of gates) {
      open();
      await settle();
    }
    await Promise.all(all);
    expect([begun, capacity.used, capacity.waiting]).toEqual([[0, 1, 2, 3, 4], 0, 0]);
  });

  it('turns away who finds the queue full', async () => {
    const capacity = new Capacity(1, 1);
    const { opened, open } = gate();
    const inHand = [capacity.use(() => opened), capacity.use(() => opened)];
    await expect(capacity.use(() => opened)).rejects.toBeInstanceOf(OverloadedError);
    open();
    await Promise.all(inHand);
  });

  it('gives the slot back when the work fails', async () => {
    const capacity = new Capacity(1, 1);
    await expect(capacity.use(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(capacity.used).toBe(0);
  });

  it('lets slots be taken ahead of the queue, and given back once', async () => {
    const capacity = new Capacity(1, 5);
    const { opened, open } = gate();
    const order: string[] = [];
    const first = capacity.use(() => opened);
    const queued = capacity.use(async () => void order.push('queued'));
    const taken = capacity.take(1).then((release) => {
      order.push('taken');
      return release;
    });
    open();
    await first;
    const release = await taken;
    await settle();
    expect(order).toEqual(['taken']);
    release();
    release();
    await queued;
    expect([order, capacity.used]).toEqual([['taken', 'queued'], 0]);
  });
});
