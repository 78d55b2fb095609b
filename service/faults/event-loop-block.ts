import { pbkdf2Sync } from 'node:crypto';
import { z } from 'zod';
import { defineFault } from './fault.ts';
import { LONGEST_DELAY_MS } from './waits.ts';

/** Highest share of the time: what is left over keeps the admin port answering. */
const MAX_RATE = 0.9;
/** Until the first slice, milliseconds: whoever asked for it gets the answer first. */
const FIRST_MS = 20;

/** Synchronous work for `ms` milliseconds, and the milliseconds that it took. */
const block = (ms: number): number => {
  const start = performance.now();
  while (performance.now() - start < ms) pbkdf2Sync('secret', 'salt', 1_000, 32, 'sha256');
  return performance.now() - start;
};

export const eventLoopBlock = defineFault({
  name: 'event-loop-block',
  title: 'Blocked event loop',
  carrier: 'api',
  label: { service: 'api', dependency: null, operation: null, kind: 'eventloop' },
  scope: 'resource',
  share: 'time',
  counts: 'milliseconds',
  exclusive: true,
  defaultRate: 0.6,
  parameters: z.strictObject({
    ms: z
      .number()
      .min(10)
      .max(1_000)
      .default(250)
      .describe('length of one slice in which the loop stands still, milliseconds'),
  }),
  does: `Blocks the event loop by synchronous work (key derivation), in slices of --ms; --rate is the share of the time, at most ${MAX_RATE}, since the admin port has to answer between the slices.`,
  expect:
    'Loop lag goes up to the length of a slice, and p95 of all routes with it; a warning of the delay in the logs; gaps between spans, and client spans that are much longer than what the other side took. CPU of the process goes up by the rate.',
  teaches:
    'One thread serves everybody: when all routes are slow at once and each dependency looks slow from here only, look at the loop before you look at them.',
  drain: {
    seconds: 2,
    why: 'no slice follows the clear; what piled up behind the last one is served at once',
  },
  refuse: (_parameters, _host, { rate }) =>
    rate > MAX_RATE
      ? `target.rate: at most ${MAX_RATE}, since the admin port has to answer between the slices`
      : null,
  start: ({ ms }, _host, { rate }) => {
    const free = Math.min((ms * (1 - rate)) / rate, LONGEST_DELAY_MS);
    const begin = performance.now();
    let end: number | undefined;
    let blocked = 0;
    const next = () => {
      blocked += block(ms);
      timer = setTimeout(next, free);
    };
    let timer = setTimeout(next, FIRST_MS);
    return {
      taken: () => ({ wanted: (end ?? performance.now()) - begin, held: blocked }),
      stop: () => {
        clearTimeout(timer);
        end ??= performance.now();
      },
    };
  },
});
