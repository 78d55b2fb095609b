import type { FaultInfo } from '../../service/contract.ts';

/** A fault as the command line knows it, and by whom it is carried: a role of the service, or the stack itself. */
export interface CataloguedFault extends FaultInfo {
  /** service.name of the carrying replicas; for a fault of the stack what it is done to: `replica` or `redis`. */
  carrier: string;
  carriedBy: 'service' | 'stack';
}
