import { Session } from 'node:inspector';
import { freemem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { z } from 'zod';
import { defineFault } from './fault.ts';

const MEGABYTE = 2 ** 20;
/** Between two portions, milliseconds: a portion takes far less, so that the loop stays free. */
const TICK_MS = 20;
/** One entry on a 64-bit V8 without pointer compression: object 24 + 4 x 8, array 32, its element 16 + 8 bytes. */
const ENTRY_BYTES = 112;

/** As a list of sessions or listeners that nobody ever removes: each holds a little and the one before it. */
interface Entry {
  id: number;
  uses: number;
  items: number[];
  previous: Entry | null;
}

/** What is left to the machine, however many of its processes leak; bytes. */
const SPARED = 512 * MEGABYTE;

/** Bytes that may still be taken: up to half of V8's limit for the heap, and no more than the machine can spare. */
const room = (): number => {
  const { heap_size_limit, used_heap_size } = getHeapStatistics();
  return Math.min(heap_size_limit / 2 - used_heap_size, freemem() - SPARED);
};

/** A full collection. V8 alone would keep the garbage for minutes where little is allocated. */
const collect = (): Promise<void> =>
  new Promise((resolve) => {
    const session = new Session();
    session.connect();
    const end = () => {
      session.disconnect();
      resolve();
    };
    // Node stands still for ever when a session is disconnected inside its own callback.
    session.post('HeapProfiler.collectGarbage', () => setImmediate(end));
  });

export const memoryLeak = defineFault({
  name: 'memory-leak',
  title: 'Leaking heap',
  carrier: 'api',
  label: { service: 'api', dependency: null, operation: null, kind: 'memory' },
  scope: 'resource',
  share: 'speed',
  counts: 'megabytes',
  exclusive: true,
  defaultRate: 1,
  parameters: z.strictObject({
    mbPerSecond: z
      .number()
      .min(1)
      .max(128)
      .default(24)
      .describe('growth of the heap at rate 1, MiB a second'),
    maxMb: z
      .number()
      .min(1)
      .max(1_024)
      .default(256)
      .describe(
        "what it holds at most, MiB; together with the application at most half of the heap's limit, and no more than the machine can spare",
      ),
  }),
  does: 'Keeps small linked objects in the heap, in many small portions, until it holds --max-mb; --rate scales the speed.',
  expect:
    'Heap used rises in a straight line and does not fall back after collections; time spent in garbage collection rises with it, and with it the slowest requests; the loop is delayed only while a collection runs.',
  teaches:
    'Look at the heap after each collection, not at its peaks: that floor rising is the leak, long before the process dies of it.',
  drain: {
    seconds: 3,
    why: 'everything is let go at the clear and one full collection, a pause of up to half a second, takes it away',
  },
  refuse: ({ maxMb }) => {
    const free = Math.floor(room() / MEGABYTE);
    return maxMb > free
      ? `parameters.maxMb: ${maxMb} is more than the ${Math.max(0, free)} MiB up to half of this process' heap limit, or that the machine can spare`
      : null;
  },
  start: ({ mbPerSecond, maxMb }, _host, { rate }) => {
    const most = Math.floor((maxMb * MEGABYTE) / ENTRY_BYTES);
    const portion = Math.ceil((mbPerSecond * rate * MEGABYTE * TICK_MS) / 1000 / ENTRY_BYTES);
    let newest: Entry | null = null;
    let entries = 0;
    const grow = () => {
      const end = room() > 0 ? Math.min(entries + portion, most) : entries;
      for (; entries < end; entries++) newest = { id: entries, uses: 0, items: [entries], previous: newest };
    };
    const timer = setInterval(grow, TICK_MS).unref();
    return {
      taken: () => ({ wanted: maxMb, held: (entries * ENTRY_BYTES) / MEGABYTE }),
      stop: () => {
        clearInterval(timer);
        newest = null;
        entries = 0;
        return collect();
      },
    };
  },
});
