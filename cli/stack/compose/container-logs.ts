import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import type { LogLine, LogOptions } from '../stack.ts';
import { type ContainerView, containersOf } from './engine.ts';

const HEADER_BYTES = 8;

/** The text of what the engine sends without a terminal: frames of a header (stream, length) and a piece of text. */
export const demultiplexed = (frames: Buffer): string => {
  const parts: Buffer[] = [];
  for (let at = 0; at + HEADER_BYTES <= frames.length; ) {
    const length = frames.readUInt32BE(at + 4);
    parts.push(frames.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length));
    at += HEADER_BYTES + length;
  }
  return Buffer.concat(parts).toString('utf8');
};

/** The last lines that a container wrote; none where they cannot be read. */
export const lastLines = async (engine: Docker, id: string, lines: number): Promise<string[]> => {
  try {
    const frames = await engine.getContainer(id).logs({ stdout: true, stderr: true, tail: lines });
    return demultiplexed(frames).split('\n').filter(Boolean).slice(-lines);
  } catch {
    return [];
  }
};

async function* followed(
  engine: Docker,
  { id, instance }: ContainerView,
  { lines, signal }: LogOptions,
): AsyncIterable<LogLine> {
  const options = { stdout: true, stderr: true, follow: true, tail: lines, abortSignal: signal } as const;
  const stream = await engine.getContainer(id).logs(options);
  const text = new PassThrough();
  engine.modem.demuxStream(stream, text, text);
  stream.once('end', () => text.end());
  stream.once('error', () => text.end());
  signal.addEventListener('abort', () => text.end(), { once: true });
  for await (const line of createInterface({ input: text })) yield { component: instance, line };
}

async function* last(engine: Docker, { id, instance }: ContainerView, lines: number): AsyncIterable<LogLine> {
  if (lines > 0) for (const line of await lastLines(engine, id, lines)) yield { component: instance, line };
}

/** What each container wrote, one source each. */
export const containerLogs = async (
  engine: Docker,
  options: LogOptions,
): Promise<AsyncIterable<LogLine>[]> => {
  const views = await containersOf(engine, options.component);
  return views.map((view) =>
    options.follow ? followed(engine, view, options) : last(engine, view, options.lines),
  );
};
