import type { FaultState } from '../../service/contract.ts';

export interface Injection {
  fault: string;
  parameters: Record<string, unknown>;
  target: Record<string, unknown>;
  /** Time to live of the lease, seconds; who carries the fault ends it then, whatever became of us. */
  leaseSeconds: number;
  /** Carriers by instance name; every replica of the fault's service where absent. */
  instances?: string[];
}

/** One carrier's copy of a fault. */
export interface Lease {
  id: string;
  fault: string;
  service: string;
  instance: string;
  /** Unix seconds. */
  injectedAt: number;
  state: FaultState;
}

/** What is on, as far as it could be asked. */
export interface Look {
  on: Lease[];
  /** The error of each who did not answer; empty: everybody did. */
  silent: unknown[];
}

/** Breaks what it is told to and can always say what is broken. */
export interface ChaosDriver {
  /**
   * Names of what would carry it (replicas, or a component such as `redis`), after every check that `inject` makes:
   * the target exists and has such a route, bounds hold, what the fault needs is there. Changes nothing.
   * Throws UNKNOWN_TARGET or FAULT_REFUSED with all reasons.
   */
  check(injection: Injection): Promise<string[]>;
  /** Injects on every carrier and reads each back; undoes what it did when one refuses, then throws. */
  inject(injection: Injection): Promise<Lease[]>;
  /** Heartbeat: the lease lives `leaseSeconds` longer from now. */
  renew(leases: Lease[], leaseSeconds: number): Promise<void>;
  /** Ends the leases; one that had ended by itself is no error. Returns the last state that was read. */
  clear(leases: Lease[]): Promise<FaultState[]>;
  /** All faults that are on now, everywhere. */
  list(): Promise<Lease[]>;
  /** As `list`, but one that does not answer hides nothing of the others. */
  look(): Promise<Look>;
  /** Ends every fault everywhere, also where one does not answer, and then throws; returns how many were on. */
  clearAll(): Promise<number>;
  /** True when each lease is on (`on`) or gone (`gone`) at its carrier, by read-back. */
  verify(leases: Lease[], expected: 'on' | 'gone'): Promise<boolean>;
}
