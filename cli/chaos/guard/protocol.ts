import { z } from 'zod';
import { faultStateSchema, MAX_LEASE_SECONDS, targetSchema } from '../../../service/contract.ts';

/**
 * What the guard can do: end a process and keep it from being started again, stop it where it is, spoil a connection on
 * its way through the proxy, let the collector lose a share of a signal.
 */
export const ACTIONS = ['kill', 'pause', 'toxic', 'collector-loss'] as const;
export type ActionName = (typeof ACTIONS)[number];

const leaseSeconds = z.number().positive().max(MAX_LEASE_SECONDS);

/** `POST /leases`: one component of the stack, for so long. */
export const orderSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-z-]{1,64}$/),
  fault: z.string(),
  action: z.enum(ACTIONS),
  /** service.name, or the component's own name where it is none of the service's roles. */
  service: z.string(),
  /** Name of the component, of the way to it, or of the pipeline. */
  instance: z.string(),
  /** Component whose process carries it, where it is another one than the instance. */
  via: z.string().optional(),
  /** What the action needs to know besides; each reads its own. */
  work: z.record(z.string(), z.unknown()).default({}),
  parameters: z.record(z.string(), z.unknown()),
  target: targetSchema,
  leaseSeconds,
});
export type Order = z.infer<typeof orderSchema>;

/** `POST /leases/<id>/renew`. */
export const renewSchema = z.strictObject({ leaseSeconds });

/** A lease as the guard sees it now: `eligible` is what was asked for, `hits` what is in effect (really gone, really stopped). */
export const heldSchema = z.object({ service: z.string(), instance: z.string(), state: faultStateSchema });
export type Held = z.infer<typeof heldSchema>;

/** `GET /leases`. */
export const heldListSchema = z.array(heldSchema);
