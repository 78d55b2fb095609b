import type { CataloguedFault } from '../catalogued-fault.ts';
import type { ActionName } from '../guard/protocol.ts';

/** What was asked for, of which the guard's order is made. */
export interface WorkInput {
  /** The fault's own parameters. */
  given: Record<string, unknown>;
  rate: number;
  seed: number;
}

/** A fault that the stack carries: what is done, and to what. */
export interface StackFault extends CataloguedFault {
  /** `network`: the way from api to a dependency, which its parameter names. `collector`: one of its pipelines. */
  carrier: 'replica' | 'redis' | 'network' | 'collector';
  carriedBy: 'stack';
  action: ActionName;
  /** Component whose process carries it, where it is not done to a component itself. */
  via?: 'toxiproxy' | 'otelcol';
  /** What the action needs to know; nothing where absent. */
  workFor?(input: WorkInput): Record<string, unknown>;
}
