/**
 * k6 hands its samples on several times a second, in batches; once one is this much past a second's end, seconds, all of
 * that second's are there.
 */
const STILL_COMING = 0.5;

/** Which whole seconds are complete while the load goes on. k6's own count of its users, each second, keeps them going. */
export class LiveSeconds {
  #next: number | null = null;
  #newest = Number.NEGATIVE_INFINITY;

  /** A sample of that time, Unix seconds, has been taken. */
  seen(time: number): void {
    this.#next ??= Math.floor(time);
    this.#newest = Math.max(this.#newest, time);
  }

  /** Starts of the first and the last second that became complete since the last call; null where none did. */
  take(): [number, number] | null {
    const end = Math.floor(this.#newest - STILL_COMING);
    if (this.#next === null || end <= this.#next) return null;
    const from = this.#next;
    this.#next = end;
    return [from, end - 1];
  }
}
