import type { ProcessIdentity } from '../../stack/local/process-identity.ts';
import type { ActionName } from './protocol.ts';

/** A component and the process that it was when its lease began. */
export interface Subject {
  instance: string;
  process: ProcessIdentity;
}

/** Something that is done to a process and undone again. Doing or undoing it twice is doing it once. */
export interface Action {
  /** Resolves when it is in effect; `seconds` is how long it may last if nobody extends or ends it. */
  begin(subject: Subject, seconds: number): Promise<void>;
  /** False where it has ended meanwhile. */
  extend(subject: Subject, seconds: number): Promise<boolean>;
  end(subject: Subject): Promise<void>;
  /** Whether the process is really gone, or really stopped, now. */
  inEffect(subject: Subject): boolean;
}

export type Actions = Record<ActionName, Action>;
