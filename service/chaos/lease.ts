/** The time that a fault has unless somebody renews it. `onOver` is called once that is over. */
export class Lease {
  readonly #monotonic: () => number;
  readonly #onOver: () => void;
  #endsAt = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `monotonic`: seconds on a clock that never jumps. */
  constructor(seconds: number, monotonic: () => number, onOver: () => void) {
    this.#monotonic = monotonic;
    this.#onOver = onOver;
    this.renew(seconds);
  }

  /** Seconds; 0 when it is over. */
  get left(): number {
    return Math.max(0, this.#endsAt - this.#monotonic());
  }

  /** It lasts `seconds` from now. */
  renew(seconds: number): void {
    this.#endsAt = this.#monotonic() + seconds;
    this.#watch();
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }

  /** A timer may fire a little before its time, so it looks again. */
  #watch(): void {
    this.cancel();
    const look = () => (this.left > 0 ? this.#watch() : this.#onOver());
    this.#timer = setTimeout(look, Math.ceil(this.left * 1000) + 1).unref();
  }
}
