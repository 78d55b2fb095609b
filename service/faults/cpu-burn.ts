import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { defineFault } from './fault.ts';

/** Busy and idle together, milliseconds: short beside any request that notices. */
const PERIOD_MS = 100;
const PULSE_MS = 500;
/** How long a thread goes on without a pulse of the carrier, milliseconds. */
const PATIENCE_MS = 10_000;

/** What a thread runs. It ends when it is terminated, and by itself when the carrier gives no pulse any more. */
const THREAD = `
const { workerData: { pulse, busy, idle, patience } } = require('node:worker_threads');
let beat = -1;
let since = 0;
for (;;) {
  const start = performance.now();
  if (Atomics.load(pulse, 0) !== beat) {
    beat = Atomics.load(pulse, 0);
    since = start;
  }
  if (start - since > patience) break;
  while (performance.now() - start < busy) for (let n = 0; n < 1e4; n++) Math.imul(n, n);
  if (idle > 0) Atomics.wait(pulse, 1, 0, idle);
}`;

/** `execArgv` and `env` are empty: a preload of the host has no business in here. */
const startThread = (pulse: Int32Array, rate: number): Worker => {
  const workerData = { pulse, busy: rate * PERIOD_MS, idle: (1 - rate) * PERIOD_MS, patience: PATIENCE_MS };
  const thread = new Worker(THREAD, { eval: true, execArgv: [], env: {}, workerData });
  // One that fails later only burns no more: unheard, its error would end the process.
  thread.on('error', () => undefined);
  thread.unref();
  return thread;
};

export const cpuBurn = defineFault({
  name: 'cpu-burn',
  title: 'Busy threads',
  carrier: 'api',
  label: { service: 'api', dependency: null, operation: null, kind: 'cpu' },
  scope: 'resource',
  share: 'time',
  counts: 'threads',
  exclusive: true,
  defaultRate: 1,
  parameters: z.strictObject({
    threads: z
      .number()
      .int()
      .min(1)
      .max(availableParallelism())
      .default(1)
      .describe('threads that burn; at most the cores there are'),
  }),
  does: 'Starts threads inside the process that compute without end; --rate is the share of the time in which each of them burns.',
  expect:
    'CPU of the process goes up by threads x rate cores. Once the machine has no core left over every span stretches a little, on all routes; with cores to spare the clients see nothing.',
  teaches:
    'Saturation is no error: nothing fails, everything is late, and no single span is to blame. Compare CPU with the cores there are.',
  drain: { seconds: 2, why: 'the threads end at the clear; requests that were starved only have to finish' },
  start: async ({ threads }, _host, { rate }) => {
    const pulse = new Int32Array(new SharedArrayBuffer(8));
    const burning = new Set<Worker>();
    const stop = async () => {
      clearInterval(timer);
      await Promise.all([...burning].map((thread) => thread.terminate()));
    };
    const timer = setInterval(() => Atomics.add(pulse, 0, 1), PULSE_MS).unref();
    try {
      for (let n = 0; n < threads; n++) {
        const thread = startThread(pulse, rate);
        burning.add(thread);
        thread.once('exit', () => burning.delete(thread));
      }
      await Promise.all([...burning].map((thread) => once(thread, 'online')));
    } catch (error) {
      await stop();
      throw error;
    }
    return { taken: () => ({ wanted: threads, held: burning.size }), stop };
  },
});
