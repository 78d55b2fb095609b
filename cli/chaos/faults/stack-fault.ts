import type { CataloguedFault } from '../catalogued-fault.ts';
import type { ActionName } from '../guard/protocol.ts';

/** A fault that the stack carries: what is done, and to what. */
export interface StackFault extends CataloguedFault {
  carrier: 'replica' | 'redis';
  carriedBy: 'stack';
  action: ActionName;
}
