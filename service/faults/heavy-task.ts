import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { defineFault } from './fault.ts';

const derive = promisify(pbkdf2);

/** A few milliseconds of real CPU on a thread of the pool; the loop stays free in between. */
const slice = (): Promise<Buffer> => derive('secret', 'salt', 10_000, 32, 'sha256');

export const heavyTask = defineFault({
  name: 'heavy-task',
  title: 'Jobs that eat CPU',
  carrier: 'worker',
  label: { service: 'worker', dependency: null, operation: 'job', kind: 'cpu' },
  scope: 'jobs',
  counts: 'jobs',
  exclusive: true,
  parameters: z.strictObject({
    ms: z
      .number()
      .min(1)
      .max(5_000)
      .default(400)
      .describe("CPU burnt before a victim's own work, milliseconds"),
  }),
  does: 'Makes each victim job derive keys before its own work: real CPU, one job at a time, so that a worker never burns more than one core.',
  expect:
    "The worker's CPU goes up to one core, the duration of jobs with it; above 1000 / ms victims a second the queue gets deeper; long consumer spans in the traces of requests that were answered long before.",
  teaches:
    'The request is fast and the work it left behind is late: follow the trace past the answer, and watch the age of the queue, not only the latency of the API.',
  drain: {
    seconds: 5,
    why: 'every job that waits or burns is let go at the clear; the worker then works off its queue at full speed',
  },
  start: ({ ms }) => {
    let stopped = false;
    let last: Promise<void> = Promise.resolve();
    const burn = async (): Promise<void> => {
      const end = performance.now() + ms;
      while (!stopped && performance.now() < end) await slice();
    };
    return {
      handle: () => {
        last = last.then(burn);
        return last;
      },
      stop: () => {
        stopped = true;
        return last;
      },
    };
  },
});
