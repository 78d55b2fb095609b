import type { z } from 'zod';

/** What a fault needs to know of a request to decide whether it is a victim. */
export interface FaultRequest {
  /** Route template. */
  route: string;
  method: string;
  headers: Record<string, string | string[] | undefined>;
}

/** Points of the host application at which a fault may act. Each is optional for a fault. */
export interface FaultHooks {
  /** Runs where the handler runs, as part of it; may wait, or throw what a real failure would throw. */
  handle?: (request: FaultRequest) => Promise<void> | void;
  /**
   * What a fault that has no victims among the requests took instead: how many it asked for, and how many it holds now.
   * The carrier reports these as `eligible` and `hits`.
   */
  taken?: () => { wanted: number; held: number };
  /** Ends the fault: gives back what it holds and wakes what it made wait. */
  stop?: () => Promise<void> | void;
}

/** What the host lends a fault: no fault reaches for the host's globals. */
export interface FaultHost {
  /** Takes `slots` of the host's finite capacity until `release` is called; real slots, not a counter. */
  capacity?: { total: number; take(slots: number): Promise<() => void> };
}

export interface FaultDefinition<P extends z.ZodObject = z.ZodObject> {
  /** The CLI name, kebab-case. */
  name: string;
  title: string;
  /** service.name of the replicas that carry it. */
  carrier: 'api' | 'inventory' | 'worker';
  /** Ground truth (docs: the fault matrix). */
  label: { service: string; dependency: string | null; operation: string | null; kind: string };
  /** What its `eligible` and `hits` count, in plural; `requests` where absent. */
  counts?: string;
  /** Its own parameters; bounds protect the machine. Each field has a `.describe()`. */
  parameters: P;
  does: string;
  expect: string;
  teaches: string;
  /** How long old effects may last after the clear, seconds, and why. */
  drain: { seconds: number; why: string };
  /** A carrier takes one of it at a time, since a second would fight over the same resource. */
  exclusive?: boolean;
  /** Starts the fault; the carrier calls `stop` at clear or when the lease runs out. `rate` is the target's. */
  start(parameters: z.infer<P>, host: FaultHost, target: { rate: number }): Promise<FaultHooks> | FaultHooks;
}

/** Keeps the parameter type inside the definition. */
export const defineFault = <P extends z.ZodObject>(definition: FaultDefinition<P>): FaultDefinition =>
  definition as unknown as FaultDefinition;
