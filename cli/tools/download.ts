import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import axios, { type AxiosError } from 'axios';
import { messageOf } from '../shared/errors.ts';

/** How long a server may take to begin its answer, and to send the next piece of it. */
export const TIMEOUTS = { answer: 10_000, stall: 20_000 };

const LARGEST_TEXT_BYTES = 1024 * 1024;
const PROGRESS_EVERY_BYTES = 1024 * 1024;

/** The address without credentials or a query, to be printed. */
export const addressInWords = (url: string): string => {
  if (!URL.canParse(url)) return 'what is set is no address';
  const { protocol, host, pathname } = new URL(url);
  return /^https?:$/.test(protocol) ? `${protocol}//${host}${pathname}` : 'what is set is no address';
};

/** Aborts when no one calls `alive` for that long, or when the outer signal does. */
const watchdog = (outer: AbortSignal | undefined, what: string) => {
  const controller = new AbortController();
  const abort = () => controller.abort(outer?.reason);
  if (outer?.aborted) abort();
  outer?.addEventListener('abort', abort);
  let timer: NodeJS.Timeout | undefined;
  const alive = (milliseconds: number) => {
    clearTimeout(timer);
    timer = setTimeout(
      () => controller.abort(new Error(`${what}: silent for ${milliseconds / 1000} s`)),
      milliseconds,
    );
  };
  const end = () => {
    clearTimeout(timer);
    outer?.removeEventListener('abort', abort);
  };
  return { signal: controller.signal, alive, end };
};

const reasonOf = (error: unknown, url: string, signal: AbortSignal): Error => {
  if (signal.aborted) return signal.reason;
  const status = (error as AxiosError).response?.status;
  return new Error(`${addressInWords(url)}: ${status ? `HTTP ${status}` : messageOf(error) || 'no answer'}`, {
    cause: error,
  });
};

/** Runs a GET and hands its body over piece by piece. Proxy variables are honoured. Throws the reason in one line. */
const get = async (
  url: string,
  outer: AbortSignal | undefined,
  body: (pieces: AsyncIterable<Buffer>) => Promise<void>,
) => {
  const watch = watchdog(outer, addressInWords(url));
  try {
    watch.alive(TIMEOUTS.answer);
    const { data, headers } = await axios.get<Readable>(url, {
      responseType: 'stream',
      decompress: false,
      signal: watch.signal,
    });
    watch.alive(TIMEOUTS.stall);
    await body(counted(data, Number(headers['content-length']), () => watch.alive(TIMEOUTS.stall)));
  } catch (error) {
    throw reasonOf(error, url, watch.signal);
  } finally {
    watch.end();
  }
};

async function* counted(data: Readable, length: number, alive: () => void): AsyncIterable<Buffer> {
  let bytes = 0;
  for await (const piece of data) {
    alive();
    bytes += piece.length;
    yield piece;
  }
  if (bytes < length) throw new Error(`cut short: ${bytes} of ${length} bytes`);
}

/** The text at that address, up to 1 MiB. */
export const fetchText = async (url: string, signal?: AbortSignal): Promise<string> => {
  const pieces: Buffer[] = [];
  let bytes = 0;
  await get(url, signal, async (body) => {
    for await (const piece of body) {
      bytes += piece.length;
      if (bytes > LARGEST_TEXT_BYTES) throw new Error('longer than a list of checksums can be');
      pieces.push(piece);
    }
  });
  return Buffer.concat(pieces).toString('utf8');
};

/** Saves what is at that address and returns its SHA-256 in hex. `tell` gets the bytes so far, about once a MiB. */
export const fetchFile = async (
  url: string,
  file: string,
  tell: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<string> => {
  const hash = createHash('sha256');
  let bytes = 0;
  let told = 0;
  const measured = async function* (body: AsyncIterable<Buffer>) {
    for await (const piece of body) {
      hash.update(piece);
      bytes += piece.length;
      if (bytes - told >= PROGRESS_EVERY_BYTES) {
        told = bytes;
        tell(bytes);
      }
      yield piece;
    }
  };
  await get(url, signal, (body) => pipeline(measured(body), createWriteStream(file)));
  return hash.digest('hex');
};
