import { z } from 'zod';
import { defineFault } from './fault.ts';

/** Calls that are made later, unless they are all called off. */
const createTimers = () => {
  const timers = new Set<NodeJS.Timeout>();
  let calledOff = false;
  return {
    later: (call: () => void, milliseconds: number): void => {
      if (calledOff) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        call();
      }, milliseconds);
      timers.add(timer);
    },
    callOff: (): void => {
      calledOff = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
};

export const connectionReset = defineFault({
  name: 'connection-reset',
  title: 'Connections reset under their requests',
  carrier: 'api',
  label: { service: 'api', dependency: null, operation: 'socket', kind: 'reset' },
  parameters: z.strictObject({
    afterMs: z
      .number()
      .min(0)
      .max(5_000)
      .default(0)
      .describe(
        'how long the handler has been at work by then, milliseconds; who is answered sooner gets away',
      ),
  }),
  does: "Resets each victim's connection (TCP RST) in the middle of its request. The handler is not told and works on.",
  expect:
    'Clients, or the balancer before them, see ECONNRESET; the service counts 499 and hardly any 5xx; lines of aborted requests; server spans without an answer.',
  teaches: 'A failure that the server takes for a client that went away: only the client knows better.',
  drain: { seconds: 1, why: 'a reset is over at once; what was still to be reset is called off' },
  start: ({ afterMs }) => {
    const timers = createTimers();
    return {
      handle: ({ reset }) => {
        if (!reset) return;
        if (afterMs === 0) reset();
        else timers.later(reset, afterMs);
      },
      stop: timers.callOff,
    };
  },
});
