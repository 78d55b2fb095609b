import type { ClientPoint, ClientSeries } from '../../reports/record/evidence.ts';
import type { LogicalSample, Sample } from './k6-samples.ts';
import { Second } from './second.ts';

/** k6 writes its samples several times a second; a second this far behind the newest gets no more of them. */
const OPEN_SECONDS = 5;

/** A script of somebody's own may put an id into each name; what is past this many goes into one series. */
const MOST_OPERATIONS = 200;
const OTHERS = 'others';

/** Seconds in order of time, each closed once it is complete, so that memory stays bounded. */
class Track {
  readonly #seconds = new Map<number, Second>();
  #newest = Number.NEGATIVE_INFINITY;

  at(time: number): Second {
    const t = Math.floor(time);
    const second = this.#seconds.get(t) ?? new Second();
    this.#seconds.set(t, second);
    if (t > this.#newest) this.#advance(t);
    return second;
  }

  #advance(to: number): void {
    const from = Math.max(this.#newest - OPEN_SECONDS, to - 10 * OPEN_SECONDS);
    for (let t = from; t < to - OPEN_SECONDS; t++) this.#seconds.get(t)?.close();
    this.#newest = to;
  }

  /** First and last second that hold anything; null when none does. */
  range(): [number, number] | null {
    if (this.#seconds.size === 0) return null;
    const times = [...this.#seconds.keys()];
    return [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))];
  }

  points(from: number, to: number): ClientPoint[] {
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) =>
      (this.#seconds.get(from + i) ?? new Second()).point(from + i),
    );
  }
}

/**
 * Per-second series of what the client saw. A request and an attempt count in the second in which they ended. Dropped
 * iterations belong to no operation and stand in the overall series only.
 */
export class SeriesBuilder {
  readonly #overall = new Track();
  readonly #operations = new Map<string, Track>();
  readonly totals = { requests: 0, failures: 0, attempts: 0, droppedIterations: 0 };

  add(sample: Sample): void {
    if (sample.kind === 'logical') this.#request(sample);
    else if (sample.kind === 'attempt') this.#attempt(sample.operation, sample.end, sample.failed);
    else if (sample.kind === 'dropped') this.#dropped(sample.time, sample.value);
  }

  #tracks(operation: string): Track[] {
    const full = this.#operations.size >= MOST_OPERATIONS;
    const name = full && !this.#operations.has(operation) ? OTHERS : operation;
    const track = this.#operations.get(name) ?? new Track();
    this.#operations.set(name, track);
    return [this.#overall, track];
  }

  #request({ operation, end, duration, attempts, failed }: LogicalSample): void {
    this.totals.requests++;
    if (failed) this.totals.failures++;
    for (const track of this.#tracks(operation)) track.at(end).request(duration, attempts, failed);
  }

  #attempt(operation: string, end: number, failed: boolean): void {
    this.totals.attempts++;
    for (const track of this.#tracks(operation)) track.at(end).attempt(failed);
  }

  #dropped(time: number, count: number): void {
    this.totals.droppedIterations += count;
    this.#overall.at(time).droppedIterations += count;
  }

  /** The seconds from one to the other, both included, over all operations. */
  overall(from: number, to: number): ClientPoint[] {
    return this.#overall.points(from, to);
  }

  /** The series so far; every series covers the same seconds, also those in which nothing ended. */
  series(): ClientSeries {
    const range = this.#overall.range();
    if (!range) return { overall: [], operations: [] };
    const operations = [...this.#operations.entries()].sort(([a], [b]) => a.localeCompare(b));
    return {
      overall: this.#overall.points(...range),
      operations: operations.map(([operation, track]) => ({ operation, points: track.points(...range) })),
    };
  }
}
