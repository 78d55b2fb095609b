import type { FaultState } from '../contract.ts';
import type { FaultDefinition, FaultHooks, FaultHost, FaultRequest } from '../faults/fault.ts';
import { FaultRefusedError, type Injection, parseInjection } from './injection.ts';
import { targetTest } from './target.ts';
import { isVictim, requestKey } from './victim.ts';

/** How many faults one carrier takes at a time. */
const MAX_ACTIVE = 16;

interface ActiveFault extends Injection {
  matches: (request: FaultRequest) => boolean;
  hooks: FaultHooks;
  /** Unix seconds. */
  injectedAt: number;
  /** On the monotonic clock, seconds. */
  expiresAt: number;
  timer: NodeJS.Timeout | undefined;
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
  hooks: FaultHooks;
}

/**
 * The faults that are on in this process. Each is a lease: it ends when it is cleared, when its timer fires, or at
 * the first look at it after its time, whichever comes first.
 */
export class FaultRegistry {
  readonly #options: FaultRegistryOptions;
  readonly #monotonic: () => number;
  readonly #active = new Map<string, ActiveFault>();
  #requests = 0;

  constructor(options: FaultRegistryOptions) {
    this.#options = options;
    this.#monotonic = options.monotonic ?? (() => performance.now() / 1000);
  }

  /**
   * Starts a fault under a lease and returns its state.
   * @throws FaultRefusedError 400 when the body breaks the contract, 409 when something is in its way.
   */
  async inject(body: unknown): Promise<FaultState> {
    const injection = parseInjection(body, this.#options.faults, this.#options.role);
    this.#expire();
    this.#refuseConflicts(injection);
    const fault = this.#begin(injection);
    await this.#start(fault);
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
    this.#lease(fault, leaseSeconds);
    return this.#state(fault);
  }

  /** Ends a fault and returns its last state; undefined when no such fault is on. */
  async clear(id: string): Promise<FaultState | undefined> {
    this.#expire();
    const fault = this.#active.get(id);
    if (!fault) return undefined;
    const last = this.#state(fault);
    await this.#end(fault);
    return last;
  }

  /** Ends every fault and returns their last states. */
  async clearAll(): Promise<FaultState[]> {
    const states = await Promise.all([...this.#active.keys()].map((id) => this.clear(id)));
    return states.filter((state) => state !== undefined);
  }

  /** The faults of which this request is a victim; counts it as eligible and as hit. */
  victimsFor(request: FaultRequest): Victim[] {
    if (this.#active.size === 0) return [];
    this.#expire();
    const key = requestKey(request.headers.traceparent, () => this.#requests++);
    const victims: Victim[] = [];
    for (const fault of this.#active.values()) {
      if (!fault.hooks.handle || !fault.matches(request)) continue;
      fault.eligible++;
      if (!isVictim(fault.request.target.seed, key, fault.request.target.rate)) continue;
      fault.hits++;
      victims.push({ id: fault.request.id, hooks: fault.hooks });
    }
    return victims;
  }

  #refuseConflicts({ request, definition }: Injection): void {
    const others = [...this.#active.values()];
    if (this.#active.has(request.id)) throw new FaultRefusedError(409, [`id: ${request.id} is on already`]);
    if (definition.exclusive && others.some((other) => other.definition === definition)) {
      throw new FaultRefusedError(409, [
        `fault: a ${definition.name} is on already, and a carrier takes one at a time`,
      ]);
    }
    if (others.length >= MAX_ACTIVE)
      throw new FaultRefusedError(409, [`at most ${MAX_ACTIVE} faults at a time`]);
  }

  #begin(injection: Injection): ActiveFault {
    const fault: ActiveFault = {
      ...injection,
      matches: targetTest(injection.request.target),
      hooks: {},
      injectedAt: Date.now() / 1000,
      expiresAt: 0,
      timer: undefined,
      eligible: 0,
      hits: 0,
    };
    this.#active.set(injection.request.id, fault);
    this.#lease(fault, injection.request.leaseSeconds);
    return fault;
  }

  async #start(fault: ActiveFault): Promise<void> {
    let hooks: FaultHooks;
    try {
      const { definition, parameters, request } = fault;
      hooks = await definition.start(parameters, this.#options.host, { rate: request.target.rate });
    } catch (error) {
      await this.#end(fault);
      throw new FaultRefusedError(400, [(error as Error).message]);
    }
    if (this.#active.get(fault.request.id) !== fault) {
      await hooks.stop?.();
      throw new FaultRefusedError(409, ['the fault was ended while it started']);
    }
    fault.hooks = hooks;
  }

  #lease(fault: ActiveFault, seconds: number): void {
    clearTimeout(fault.timer);
    fault.expiresAt = this.#monotonic() + seconds;
    fault.timer = setTimeout(() => this.#expire(), seconds * 1000 + 1);
    fault.timer.unref();
  }

  #expire(): void {
    const now = this.#monotonic();
    for (const fault of this.#active.values()) if (fault.expiresAt <= now) void this.#end(fault);
  }

  async #end(fault: ActiveFault): Promise<void> {
    this.#active.delete(fault.request.id);
    clearTimeout(fault.timer);
    const { hooks } = fault;
    fault.hooks = {};
    await hooks.stop?.();
  }

  #state(fault: ActiveFault): FaultState {
    const taken = fault.hooks.taken?.();
    return {
      id: fault.request.id,
      fault: fault.definition.name,
      parameters: fault.parameters,
      target: fault.request.target,
      injectedAt: fault.injectedAt,
      expiresIn: Math.max(0, fault.expiresAt - this.#monotonic()),
      eligible: taken?.wanted ?? fault.eligible,
      hits: taken?.held ?? fault.hits,
    };
  }
}
