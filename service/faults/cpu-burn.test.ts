import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';

/** Threads that burn nothing; the one of that number is not to be had. */
const fakes = vi.hoisted(() => ({ started: [] as FakeThread[], refused: Number.NaN }));

class FakeThread extends EventEmitter {
  terminated = false;

  constructor() {
    super();
    if (fakes.started.length + 1 === fakes.refused) throw new Error('no thread left');
    fakes.started.push(this);
    setImmediate(() => this.emit('online'));
  }

  unref(): void {}

  async terminate(): Promise<void> {
    this.terminated = true;
    this.emit('exit', 1);
  }
}

vi.mock('node:worker_threads', () => ({ Worker: FakeThread }));
const { cpuBurn } = await import('./cpu-burn.ts');

const start = async (threads: number) => cpuBurn.start({ threads }, {}, { rate: 1 });

describe('cpu-burn', () => {
  beforeEach(() => Object.assign(fakes, { started: [], refused: Number.NaN }));

  it('leaves no thread behind when one of them cannot start', async () => {
    fakes.refused = 2;
    await expect(start(2)).rejects.toThrow('no thread left');
    expect(fakes.started.map(({ terminated }) => terminated)).toEqual([true]);
  });

  it('outlives a thread that fails while it burns', async () => {
    const { taken, stop } = await start(2);
    const [thread] = fakes.started;
    thread!.emit('error', new Error('out of memory'));
    thread!.emit('exit', 1);
    expect(taken?.()).toEqual({ wanted: 2, held: 1 });
    await stop?.();
    expect(taken?.()).toEqual({ wanted: 2, held: 0 });
  });
});
