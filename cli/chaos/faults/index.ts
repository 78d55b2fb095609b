import { cacheDown } from './cache-down.ts';
import { replicaKill } from './replica-kill.ts';
import { replicaPause } from './replica-pause.ts';
import type { StackFault } from './stack-fault.ts';

/** Every fault that the stack carries: one file and one line each. */
export const STACK_FAULTS: StackFault[] = [cacheDown, replicaKill, replicaPause];
