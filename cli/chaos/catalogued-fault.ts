import type { FaultInfo } from '../../service/contract.ts';

/** A fault as the command line knows it, and by whom it is carried: a role of the service, or the stack itself. */
export interface CataloguedFault extends FaultInfo {
  /** service.name of the carrying replicas; for a fault of the stack what it is done to: `replica`, `redis`, `network`, `collector`. */
  carrier: string;
  carriedBy: 'service' | 'stack';
  /** Ground truth where it depends on the parameters; `label` is then that of the defaults. */
  labelFor?(parameters: Record<string, unknown>): FaultInfo['label'];
}
