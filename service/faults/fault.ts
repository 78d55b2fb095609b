import type { z } from 'zod';

/** What a fault needs to know of a request (or of a job) to decide whether it is a victim. */
export interface FaultRequest {
  /** Route template; for a job the queue's name. */
  route: string;
  /** HTTP method; `PROCESS` for a job. */
  method: string;
  headers: Record<string, string | string[] | undefined>;
  /** Resets the client's connection (TCP RST); absent where there is none. */
  reset?: () => void;
}

/** Points of the host application at which a fault may act. Each is optional for a fault. */
export interface FaultHooks {
  /** Runs where the handler (or the job) runs, as part of it; may wait, or throw what a real failure would throw. */
  handle?: (request: FaultRequest) => Promise<void> | void;
  /**
   * What a fault that has no victims among the requests took instead: how much it asked for, and how much it holds now
   * (or has taken so far). The carrier reports these, rounded, as `eligible` and `hits`.
   */
  taken?: () => { wanted: number; held: number };
  /** Ends the fault: gives back what it holds and wakes what it made wait. */
  stop?: () => Promise<void> | void;
}

/** A database session of its own, beside the application's pool. */
export interface FaultSession {
  query(text: string): Promise<{ rows: Record<string, unknown>[] }>;
  /** Closes the session: whatever it held on the server is let go. */
  close(): Promise<void>;
}

/** What the host lends a fault: no fault reaches for the host's globals. A host may have only some of it. */
export interface FaultHost {
  /** Takes `slots` of the host's finite capacity until `release` is called; real slots, not a counter. */
  capacity?: { total: number; take(slots: number): Promise<() => void> };
  /** Takes clients out of the application's own connection pool, as they come free, until `release` is called. */
  pool?: { max: number; take(connections: number): { held(): number; release(): Promise<void> } };
  /** The application's database, and the tables whose lock hurts. The session is named like the application's own. */
  database?: { connect(): Promise<FaultSession>; tables: readonly string[] };
  /**
   * The application's cache. `evict` deletes that share (0..1) of what it keeps, and nothing more once `signal` is
   * aborted; resolves with how many keys.
   */
  cache?: { shared: boolean; evict(share: number, signal?: AbortSignal): Promise<number> };
}

/** What `--rate` is a share of, and so what the fault can be aimed at. */
export type FaultScope = 'requests' | 'jobs' | 'resource';

/** What everybody needs to know of a fault, whoever carries it. */
export interface FaultInfo<P extends z.ZodObject = z.ZodObject> {
  /** The CLI name, kebab-case. */
  name: string;
  title: string;
  /** Ground truth (docs: the fault matrix). */
  label: { service: string; dependency: string | null; operation: string | null; kind: string };
  /** `requests` where absent. Only requests can be aimed at by route, method and header, jobs by queue (as route). */
  scope?: FaultScope;
  /**
   * What `--rate` of a fault of a resource is a share of, where that is not what it `counts`; null where there are no
   * shares, since it is there or not.
   */
  share?: string | null;
  /** `--rate` where nothing is said; 1 where absent. */
  defaultRate?: number;
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
  /** Faults that cannot be on at the same carrier at the same time, by name; one side saying so is enough. */
  excludes?: readonly string[];
  /** What the platform must have besides; the fault is refused without it. */
  needs?: 'redis' | 'toxiproxy' | 'collector';
}

export interface FaultDefinition<P extends z.ZodObject = z.ZodObject> extends FaultInfo<P> {
  /** service.name of the replicas that carry it. */
  carrier: 'api' | 'inventory' | 'worker';
  /**
   * Why this host cannot carry it; null when it can. Asked before anything is touched, so it changes nothing.
   * Where absent any host can.
   */
  refuse?(parameters: z.infer<P>, host: FaultHost, target: { rate: number }): string | null;
  /** Starts the fault; the carrier calls `stop` at clear or when the lease runs out. `rate` is the target's. */
  start(parameters: z.infer<P>, host: FaultHost, target: { rate: number }): Promise<FaultHooks> | FaultHooks;
}

/** Keeps the parameter type inside the definition. */
export const defineFault = <P extends z.ZodObject>(definition: FaultDefinition<P>): FaultDefinition =>
  definition as unknown as FaultDefinition;
