import { OverloadedError } from '../errors.ts';

/**
 * A finite number of slots with a bounded FIFO queue before them. Who waits keeps its place even when its client has
 * long gone: nothing tells the queue.
 */
export class Capacity {
  readonly total: number;
  readonly #queueMax: number;
  readonly #waiting: (() => void)[] = [];
  #used = 0;

  constructor(total: number, queueMax: number) {
    this.total = total;
    this.#queueMax = queueMax;
  }

  get used(): number {
    return this.#used;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Runs `work` in a slot, after those that came before.
   * @throws OverloadedError when the queue is full.
   */
  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#used >= this.total && this.waiting >= this.#queueMax) {
      throw new OverloadedError('too many reservations are waiting');
    }
    await this.#acquire('last');
    try {
      return await work();
    } finally {
      this.#release();
    }
  }

  /** Takes `slots` slots as they come free, ahead of the queue; returns what gives them back, once. */
  async take(slots: number): Promise<() => void> {
    await Promise.all(Array.from({ length: slots }, () => this.#acquire('first')));
    let held = slots;
    return () => {
      for (; held > 0; held--) this.#release();
    };
  }

  #acquire(place: 'first' | 'last'): Promise<void> {
    if (this.#used < this.total) {
      this.#used++;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      if (place === 'first') this.#waiting.unshift(resolve);
      else this.#waiting.push(resolve);
    });
  }

  /** A slot that is passed on stays in use. */
  #release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#used--;
  }
}
