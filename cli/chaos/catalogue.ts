import { type FaultDefinition, faults } from '../../service/contract.ts';
import { ObsctlError } from '../shared/errors.ts';
import { nearest } from '../shared/nearest.ts';
import type { CataloguedFault } from './catalogued-fault.ts';
import { STACK_FAULTS } from './faults/index.ts';

const ofService = (definition: FaultDefinition): CataloguedFault => ({ ...definition, carriedBy: 'service' });

/** Every fault by name: those that the service carries itself, then those that the stack carries. */
export const CATALOGUE: Record<string, CataloguedFault> = Object.fromEntries(
  [...Object.values(faults).map(ofService), ...STACK_FAULTS].map((fault) => [fault.name, fault]),
);

export const faultNames = (): string[] => Object.keys(CATALOGUE);

/** The fault of that name. Throws UNKNOWN_FAULT with the nearest ones. */
export const findFault = (name: string): CataloguedFault => {
  const fault = Object.hasOwn(CATALOGUE, name) ? CATALOGUE[name] : undefined;
  if (fault) return fault;
  throw new ObsctlError('UNKNOWN_FAULT', `There is no fault "${name}".`, {
    details: [`nearest: ${nearest(name, faultNames()).join(', ')}`],
  });
};
