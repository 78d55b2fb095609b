import type { FaultHost, FaultSession } from './fault.ts';
import { createWaits } from './waits.ts';

export interface LockTurnsOptions {
  database: NonNullable<FaultHost['database']>;
  /** How long a lock is held, and the pause after it, milliseconds. */
  holdMs: number;
  restMs: number;
}

/**
 * Of several replicas only one has its turns at a time, or their locks would add up to no pause at all. Any number that
 * nobody else locks.
 */
const ADVISORY_LOCK = 5_318_240_771;
/** A lock that is not to be had is given up, for whoever comes after it in the queue waits as well; milliseconds. */
const LOCK_TIMEOUT_MS = 500;
/** PostgreSQL ends a session that holds the lock this much longer than it should, milliseconds. */
const GRACE_MS = 500;
/** Longest wait for the session to let go by itself, milliseconds. */
const STOP_MS = 1_000;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Locks the host's tables against all others again and again, in a session that PostgreSQL ends if nobody else does. */
export class LockTurns {
  readonly #options: LockTurnsOptions;
  readonly #waits = createWaits();
  #session: FaultSession | null = null;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  #heldMs = 0;
  #lockedAt: number | null = null;
  #leadsSince: number | null = null;

  constructor(options: LockTurnsOptions) {
    this.#options = options;
  }

  /** How long the lock has been held so far, milliseconds. */
  heldMs(): number {
    return this.#heldMs + (this.#lockedAt === null ? 0 : performance.now() - this.#lockedAt);
  }

  /** How long it should have been held by now, milliseconds: nothing while another replica has the turns. */
  wantedMs(): number {
    if (this.#leadsSince === null) return 0;
    const { holdMs, restMs } = this.#options;
    const elapsed = performance.now() - this.#leadsSince;
    const turn = holdMs + restMs;
    return Math.floor(elapsed / turn) * holdMs + Math.min(elapsed % turn, holdMs);
  }

  /**
   * Resolves when the lock is held for the first time, or when that has been tried.
   * @throws Error when there is no session to be had.
   */
  async start(): Promise<void> {
    this.#session = await this.#open();
    await new Promise<void>((tried) => {
      this.#running = this.#run(tried);
    });
  }

  /** Lets go of the lock and closes the session. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waits.end();
    await Promise.race([this.#running, pause(STOP_MS)]);
    await this.#drop();
  }

  async #run(tried: () => void): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#turn(tried);
      } catch {
        await this.#drop();
      }
      tried();
      await this.#waits.wait(this.#options.restMs);
    }
    await this.#drop();
    tried();
  }

  async #turn(locked: () => void): Promise<void> {
    this.#session ??= await this.#open();
    const session = this.#session;
    if (!(await this.#leads(session))) return;
    await this.#ask(session, 'BEGIN');
    await this.#ask(
      session,
      `LOCK TABLE ${this.#options.database.tables.join(', ')} IN ACCESS EXCLUSIVE MODE`,
    );
    this.#lockedAt = performance.now();
    locked();
    try {
      await this.#waits.wait(this.#options.holdMs);
      await session.query('COMMIT');
    } finally {
      this.#heldMs = this.heldMs();
      this.#lockedAt = null;
    }
  }

  /** Asked once a turn: a session may have the same advisory lock any number of times. */
  async #leads(session: FaultSession): Promise<boolean> {
    const { rows } = await this.#ask(session, `SELECT pg_try_advisory_lock(${ADVISORY_LOCK}) AS leads`);
    if (rows[0]?.leads !== true) return false;
    this.#leadsSince ??= performance.now();
    return true;
  }

  /** @throws Error when it has been stopped meanwhile, so that the turn ends here and the session with it. */
  #ask(session: FaultSession, text: string): ReturnType<FaultSession['query']> {
    if (this.#stopped) throw new Error('no turns any more');
    return session.query(text);
  }

  async #open(): Promise<FaultSession> {
    const session = await this.#options.database.connect();
    const idleMs = Math.ceil(this.#options.holdMs + GRACE_MS);
    try {
      await session.query(
        `SET lock_timeout = ${LOCK_TIMEOUT_MS}; SET idle_in_transaction_session_timeout = ${idleMs}`,
      );
      return session;
    } catch (error) {
      await session.close().catch(() => undefined);
      throw error;
    }
  }

  async #drop(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.close().catch(() => undefined);
  }
}
