import type { FaultDefinition } from './fault.ts';

/** Every fault the service can carry: one file and one line each. */
export const FAULTS: Record<string, FaultDefinition> = {};
