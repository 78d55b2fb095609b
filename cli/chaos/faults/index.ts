import { cacheDown } from './cache-down.ts';
import { logLoss } from './log-loss.ts';
import { networkLatency } from './network-latency.ts';
import { networkPartition } from './network-partition.ts';
import { replicaKill } from './replica-kill.ts';
import { replicaPause } from './replica-pause.ts';
import type { StackFault } from './stack-fault.ts';
import { traceLoss } from './trace-loss.ts';

/** Every fault that the stack carries: one file and one line each. */
export const STACK_FAULTS: StackFault[] = [
  cacheDown,
  replicaKill,
  replicaPause,
  networkLatency,
  networkPartition,
  logLoss,
  traceLoss,
];
