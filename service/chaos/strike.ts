import { trace } from '@opentelemetry/api';
import type { FaultRequest } from '../faults/fault.ts';
import type { Victim } from './fault-registry.ts';

/** Many faults that wait would hold a request for minutes: none begins once it was held this long, milliseconds. */
const LONGEST_MS = 15_000;

/** The faults play to a request (or a job), one after the other; rejects with what a fault throws. */
export const strike = async (victims: Victim[], request: FaultRequest): Promise<void> => {
  const end = performance.now() + LONGEST_MS;
  for (const { handle } of victims) {
    if (performance.now() >= end) return;
    await handle(request);
  }
};

/** The victims, once the span that runs now has the ground-truth attribute: all that tells of a fault. */
export const marked = (victims: Victim[]): Victim[] => {
  trace.getActiveSpan()?.setAttribute('obsctl.fault.id', victims.map(({ id }) => id).join(','));
  return victims;
};
