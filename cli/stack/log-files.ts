import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../shared/clock.ts';
import type { LogLine, LogOptions } from './stack.ts';

/** How much of the end of a file is read to find its last lines, bytes. */
const TAIL_BYTES = 256 * 1024;
/** How often a file is read again while it is followed, seconds. */
const READ_EVERY = 0.3;

/** Names of the log files of a folder, without their ending; none where there is no such folder. */
export const logFileNames = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.log'))
        .map((file) => file.replace(/\.log$/, ''))
        .sort()
    : [];

/** Reads a file on from where it was left; a line is given once it is whole. */
class Tail {
  private offset: number;
  private rest = '';

  constructor(private readonly path: string) {
    this.offset = Math.max(0, this.size() - TAIL_BYTES);
  }

  more(): string[] {
    const lines = `${this.rest}${this.read()}`.split('\n');
    this.rest = lines.pop()!;
    return lines.filter(Boolean);
  }

  /** What was begun and is not ended by a line break. */
  last(): string[] {
    return this.rest ? [this.rest] : [];
  }

  private size(): number {
    return statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** From its start where it has become shorter. */
  private read(): string {
    const size = this.size();
    const from = Math.min(this.offset, size);
    this.offset = size;
    if (size === from) return '';
    const buffer = Buffer.alloc(size - from);
    const file = openSync(this.path, 'r');
    readSync(file, buffer, 0, buffer.length, from);
    closeSync(file);
    return buffer.toString('utf8');
  }
}

/** The last lines of each log file of the folder, then, if told to, those that come. */
export async function* fileLogs(
  folder: string,
  { component, lines, follow, signal }: LogOptions,
): AsyncIterable<LogLine> {
  const names = logFileNames(folder).filter((name) => component === undefined || name === component);
  const tails = names.map((name) => ({ name, tail: new Tail(join(folder, `${name}.log`)) }));
  for (const { name, tail } of tails) {
    const there = follow ? tail.more() : [...tail.more(), ...tail.last()];
    for (const line of lines > 0 ? there.slice(-lines) : []) yield { component: name, line };
  }
  while (follow && !signal.aborted) {
    for (const { name, tail } of tails) for (const line of tail.more()) yield { component: name, line };
    await sleep(READ_EVERY, signal).catch(() => {});
  }
}
