/** What other people's Fastify apps may use: the fault plugin with its admin API (`import { chaos } from 'obsctl/fastify'`). */

export type { FaultHost, FaultSession } from './faults/fault.ts';
export { type ChaosOptions, chaos } from './plugins/chaos.ts';
