import type { FaultState } from '../contract.ts';
import type { FaultDefinition, FaultHooks, FaultHost, FaultRequest } from '../faults/fault.ts';
import { conflictBetween } from './conflicts.ts';
import { inTime } from './in-time.ts';
import { FaultRefusedError, type Injection, parseInjection } from './injection.ts';
import { JOB_METHOD, KnownRoutes } from './known-routes.ts';
import { Lease } from './lease.ts';
import { targetTest } from './target.ts';
import { isVictim, requestKey } from './victim.ts';

/** How many faults one carrier takes at a time. */
const MAX_ACTIVE = 16;

/** How long the end of a fault waits for its start to be over, milliseconds. */
const END_MS = 4_000;

const IN_PROCESS =
  'needs a real Redis, and here the cache is in-process (set REDIS_URL or install redis-server)';
const NO_CACHE = 'needs a real Redis, and this host has no cache';

const lackOfRedis = ({ cache }: FaultHost): string | null => {
  if (!cache) return NO_CACHE;
  return cache.shared ? null : IN_PROCESS;
};

interface ActiveFault extends Injection {
  matches: (request: FaultRequest) => boolean;
  /** What its start comes to. */
  started: Promise<FaultHooks>;
  /** Absent until it has started, empty after its end. */
  hooks?: FaultHooks;
  /** Unix seconds. */
  injectedAt: number;
  lease: Lease;
  eligible: number;
  hits: number;
}

export interface FaultRegistryOptions {
  /** Faults whose carrier is this role may be injected. */
  role: string;
  faults: Record<string, FaultDefinition>;
  host: FaultHost;
  /** Seconds on a clock that never jumps. */
  monotonic?: () => number;
}

export interface Victim {
  id: string;
  /** What the fault does to a request at that moment: nothing once it has ended. */
  handle: NonNullable<FaultHooks['handle']>;
}

/** Faults of jobs never strike a request, and the other way round. */
const matcher = ({ request, definition }: Injection): ActiveFault['matches'] => {
  const isMeant = targetTest(request.target);
  const ofJobs = definition.scope === 'jobs';
  return (each) => (each.method === JOB_METHOD) === ofJobs && isMeant(each);
};

/**
 * The faults that are on in this process. Each is a lease: it ends when it is cleared, when its timer fires, or at
 * the first look at it after its time, whichever comes first.
 */
export class FaultRegistry {
  readonly #options: FaultRegistryOptions;
  readonly #monotonic: () => number;
  readonly #active = new Map<string, ActiveFault>();
  readonly #routes = new KnownRoutes();
  #requests = 0;

  constructor(options: FaultRegistryOptions) {
    this.#options = options;
    this.#monotonic = options.monotonic ?? (() => performance.now() / 1000);
  }

  /** Tells what the application serves, so that a target that means none of it is refused. */
  knowRoute(methods: string | string[], url: string): void {
    this.#routes.add(methods, url);
  }

  /**
   * Makes every check that `inject` makes, and changes nothing. Returns what would be injected.
   * @throws FaultRefusedError 400 when the body breaks the contract or this host cannot carry it, 409 when something
   * is in its way.
   */
  check(body: unknown): Injection {
    const injection = parseInjection(body, this.#options.faults, this.#options.role);
    this.#expire();
    this.#refuseWhatCannotBe(injection);
    this.#refuseConflicts(injection);
    return injection;
  }

  /**
   * Starts a fault under a lease and returns its state.
   * @throws FaultRefusedError as `check` does, and 400 when the fault could not start.
   */
  async inject(body: unknown): Promise<FaultState> {
    const fault = this.#begin(this.check(body));
    await this.#started(fault);
    return this.#state(fault);
  }

  list(): FaultState[] {
    this.#expire();
    return [...this.#active.values()].map((fault) => this.#state(fault));
  }

  /** The lease lives `leaseSeconds` longer from now. Undefined when no such fault is on. */
  renew(id: string, leaseSeconds: number): FaultState | undefined {
    this.#expire();
    const fault = this.#active.get(id);
    if (!fault) return undefined;
    fault.lease.renew(leaseSeconds);
    return this.#state(fault);
  }

  /**
   * Ends a fault and returns its last state; undefined when no such fault is on.
   * @throws Error when it did not give back what it took.
   */
  async clear(id: string): Promise<FaultState | undefined> {
    this.#expire();
    const fault = this.#active.get(id);
    if (!fault) return undefined;
    const last = this.#state(fault);
    await this.#end(fault);
    return last;
  }

  /**
   * Ends every fault and returns their last states.
   * @throws Error when one of them did not give back what it took; the others have ended by then.
   */
  async clearAll(): Promise<FaultState[]> {
    const clears = [...this.#active.keys()].map((id) => this.clear(id));
    await Promise.allSettled(clears);
    return (await Promise.all(clears)).filter((state) => state !== undefined);
  }

  /** The faults of which this request is a victim; counts it as eligible and as hit. */
  victimsFor(request: FaultRequest): Victim[] {
    if (this.#active.size === 0) return [];
    this.#expire();
    const key = requestKey(request.headers.traceparent, () => this.#requests++);
    const victims: Victim[] = [];
    for (const fault of this.#active.values()) {
      if (!fault.hooks?.handle || !fault.matches(request)) continue;
      fault.eligible++;
      if (!isVictim(fault.request.target.seed, key, fault.request.target.rate)) continue;
      fault.hits++;
      victims.push({ id: fault.request.id, handle: (struck) => fault.hooks?.handle?.(struck) });
    }
    return victims;
  }

  #refuseWhatCannotBe({ request: { target }, definition, parameters }: Injection): void {
    const { host } = this.#options;
    const lacks = definition.needs === 'redis' ? lackOfRedis(host) : null;
    const reasons = [
      this.#routes.mismatch(target, definition.scope ?? 'requests'),
      lacks && `fault: ${definition.name} ${lacks}`,
      definition.refuse?.(parameters, host, { rate: target.rate }),
    ].filter((reason) => typeof reason === 'string');
    if (reasons.length > 0) throw new FaultRefusedError(400, reasons);
  }

  #refuseConflicts({ request, definition }: Injection): void {
    const others = [...this.#active.values()].map((other) => other.definition);
    const reasons = others.flatMap((other) => {
      const why = conflictBetween(definition, other);
      return why ? [`fault: ${other.name} is on already, and ${why}`] : [];
    });
    if (this.#active.has(request.id)) reasons.unshift(`id: ${request.id} is on already`);
    if (others.length >= MAX_ACTIVE) reasons.push(`at most ${MAX_ACTIVE} faults at a time`);
    if (reasons.length > 0) throw new FaultRefusedError(409, reasons);
  }

  #begin(injection: Injection): ActiveFault {
    const { id, leaseSeconds } = injection.request;
    const fault: ActiveFault = {
      ...injection,
      matches: matcher(injection),
      injectedAt: Date.now() / 1000,
      lease: new Lease(leaseSeconds, this.#monotonic, () => this.#expire()),
      started: this.#start(injection),
      eligible: 0,
      hits: 0,
    };
    this.#active.set(id, fault);
    return fault;
  }

  async #start({ definition, parameters, request }: Injection): Promise<FaultHooks> {
    return definition.start(parameters, this.#options.host, { rate: request.target.rate });
  }

  async #started(fault: ActiveFault): Promise<void> {
    let hooks: FaultHooks;
    try {
      hooks = await fault.started;
    } catch (error) {
      await this.#end(fault);
      throw new FaultRefusedError(400, [(error as Error).message]);
    }
    if (!this.#isOn(fault)) throw new FaultRefusedError(409, ['the fault was ended while it started']);
    fault.hooks = hooks;
  }

  #isOn(fault: ActiveFault): boolean {
    return this.#active.get(fault.request.id) === fault;
  }

  /** Nobody is there to be told of an end that fails: it must not end the host. */
  #expire(): void {
    for (const fault of this.#active.values()) {
      if (fault.lease.left === 0) this.#end(fault).catch(() => undefined);
    }
  }

  /** One that is still starting is stopped as soon as it has started. */
  async #end(fault: ActiveFault): Promise<void> {
    if (this.#isOn(fault)) this.#active.delete(fault.request.id);
    fault.lease.cancel();
    const { hooks, started } = fault;
    fault.hooks = {};
    if (hooks) return hooks.stop?.();
    const stopped = started.then(
      (late) => late.stop?.(),
      () => undefined,
    );
    await inTime(stopped, END_MS);
  }

  #state(fault: ActiveFault): FaultState {
    const taken = fault.hooks?.taken?.();
    return {
      id: fault.request.id,
      fault: fault.definition.name,
      parameters: fault.parameters,
      target: fault.request.target,
      injectedAt: fault.injectedAt,
      expiresIn: fault.lease.left,
      eligible: Math.round(taken?.wanted ?? fault.eligible),
      hits: Math.round(taken?.held ?? fault.hits),
    };
  }
}
