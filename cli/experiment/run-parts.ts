import type { Yardsticks } from '../../reports/judge/index.ts';
import type { Experiment } from '../../reports/record/record.ts';
import type { ChaosDriver } from '../chaos/chaos-driver.ts';
import type { HaltSwitch } from '../chaos/halt.ts';
import type { LoadDriver } from '../load/load-driver.ts';
import type { Stack } from '../stack/stack.ts';
import type { Annotator } from '../telemetry/annotator.ts';
import type { RunListener } from './run-events.ts';

/** What a run has to know of a system that obsctl did not start. */
export interface Foreign {
  /** Its address, which tells its runs from those on other systems. */
  baseUrl: string;
  /** service.name by the role that faults name: `api` is its entry. */
  services: Record<string, string>;
  /** Whether somebody takes the spans of the client's own requests. */
  clientSpansKept: boolean;
}

/** The ports a run works on, and who watches it. */
export interface RunParts {
  stack: Stack;
  chaos: ChaosDriver;
  /** A run that breaks something ends once it is set. */
  halt: Pick<HaltSwitch, 'read'>;
  load: LoadDriver;
  listener: RunListener;
  /** Null where there is nothing to write to. Asked once the findings are written. */
  annotator(): Promise<Annotator | null>;
  /** Aborted by the first Ctrl-C: the undo still runs, and a record is written. */
  signal: AbortSignal;
  /** Called with k6's pid, so that it goes when we are killed. */
  guard(pid: number): void;
  /** What the run is held against besides its own hypothesis; nothing where absent. */
  yardsticks?: Yardsticks;
  /** Where the stack is a system that obsctl did not start. */
  foreign?: Foreign;
}

/** service.name of the service whose requests the client makes, on a stack of ours. */
const ENTRY_SERVICE = 'api';

/** service.name of the service whose requests the client makes. */
export const entryServiceOf = ({ stack }: Pick<Experiment, 'stack'>): string =>
  typeof stack.service === 'string' ? stack.service : ENTRY_SERVICE;
