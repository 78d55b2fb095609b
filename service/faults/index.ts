import { cacheStampede } from './cache-stampede.ts';
import { connectionReset } from './connection-reset.ts';
import { cpuBurn } from './cpu-burn.ts';
import { downstreamError } from './downstream-error.ts';
import { downstreamTimeout } from './downstream-timeout.ts';
import { error } from './error.ts';
import { eventLoopBlock } from './event-loop-block.ts';
import type { FaultDefinition } from './fault.ts';
import { heavyTask } from './heavy-task.ts';
import { latency } from './latency.ts';
import { memoryLeak } from './memory-leak.ts';
import { poolExhaustion } from './pool-exhaustion.ts';
import { retryStorm } from './retry-storm.ts';
import { slowQuery } from './slow-query.ts';

/** Every fault the service can carry: one file and one line each. */
export const FAULTS: Record<string, FaultDefinition> = {
  [latency.name]: latency,
  [error.name]: error,
  [heavyTask.name]: heavyTask,
  [cpuBurn.name]: cpuBurn,
  [eventLoopBlock.name]: eventLoopBlock,
  [memoryLeak.name]: memoryLeak,
  [poolExhaustion.name]: poolExhaustion,
  [slowQuery.name]: slowQuery,
  [cacheStampede.name]: cacheStampede,
  [downstreamTimeout.name]: downstreamTimeout,
  [downstreamError.name]: downstreamError,
  [retryStorm.name]: retryStorm,
  [connectionReset.name]: connectionReset,
};
