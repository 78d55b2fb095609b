import type { FaultRegistry } from '../chaos/fault-registry.ts';
import { JOB_METHOD } from '../chaos/known-routes.ts';
import { marked, strike } from '../chaos/strike.ts';
import { QUEUES } from './jobs.ts';

/** Runs as part of a job, inside its consumer span, ahead of its own work. */
export type BeforeJob = (job: { queue: string; headers: Record<string, string> }) => Promise<void>;

export const nothingBefore: BeforeJob = async () => undefined;

/**
 * The faults play to a job before it does its own work. A victim's consumer span gets the ground-truth attribute and
 * nothing else. The registry learns which queues there are.
 */
export const faultsBefore = (registry: Pick<FaultRegistry, 'victimsFor' | 'knowRoute'>): BeforeJob => {
  for (const queue of QUEUES) registry.knowRoute(JOB_METHOD, queue);
  return async ({ queue, headers }) => {
    const request = { route: queue, method: JOB_METHOD, headers };
    const victims = registry.victimsFor(request);
    if (victims.length === 0) return;
    await strike(marked(victims), request);
  };
};
