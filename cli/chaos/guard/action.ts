import type { ProcessIdentity } from '../../shared/process-identity.ts';
import type { ActionName } from './protocol.ts';

/**
 * What a lease is about: a component (or a way through one), and the process that it was when the lease began; of a
 * container its first process, as its engine knows it.
 */
export interface Subject {
  /** The lease's id. */
  id: string;
  instance: string;
  process: ProcessIdentity;
  /** The order's own. */
  work: Record<string, unknown>;
}

/** Something that is done and undone again. Doing or undoing it twice is doing it once. */
export interface Action {
  /** Resolves when it is in effect; `seconds` is how long it may last if nobody extends or ends it. */
  begin(subject: Subject, seconds: number): Promise<void>;
  /** False where it has ended meanwhile; throws where that cannot be told. */
  extend(subject: Subject, seconds: number): Promise<boolean>;
  end(subject: Subject): Promise<void>;
  /** Whether the process is really gone, or really stopped, now. */
  inEffect(subject: Subject): boolean | Promise<boolean>;
  /** It went with the process that carried it and does not come back: its lease is over. Never where absent. */
  isLost?(subject: Subject): boolean | Promise<boolean>;
}

export type Actions = Record<ActionName, Action>;

/** What a guard can do to the stack that it guards. */
export interface Means {
  actions: Actions;
  /** The process that a component is now. */
  processOf(instance: string): ProcessIdentity | undefined | Promise<ProcessIdentity | undefined>;
}
