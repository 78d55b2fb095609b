import { downstreamTimeout } from './downstream-timeout.ts';
import { error } from './error.ts';
import type { FaultDefinition } from './fault.ts';
import { latency } from './latency.ts';
import { retryStorm } from './retry-storm.ts';

/** Every fault the service can carry: one file and one line each. */
export const FAULTS: Record<string, FaultDefinition> = {
  [latency.name]: latency,
  [error.name]: error,
  [downstreamTimeout.name]: downstreamTimeout,
  [retryStorm.name]: retryStorm,
};
