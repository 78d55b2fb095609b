import type { FaultState } from '../../service/contract.ts';
import { ObsctlError } from '../shared/errors.ts';
import type { ChaosDriver, Lease } from './chaos-driver.ts';

/** The lease of what a carrier says is on. */
export const leaseOf = (
  { service, instance }: Pick<Lease, 'service' | 'instance'>,
  state: FaultState,
): Lease => {
  const { id, fault, injectedAt } = state;
  return { id, fault, service, instance, injectedAt, state };
};

/**
 * Injects at one carrier after the other and reads all back. What is on already is ended when one refuses or is not
 * read back as on; then throws why.
 */
export const injectEach = async <Carrier>(
  driver: Pick<ChaosDriver, 'verify' | 'clear'>,
  carriers: Carrier[],
  injectOne: (carrier: Carrier) => Promise<Lease>,
): Promise<Lease[]> => {
  const leases: Lease[] = [];
  try {
    for (const carrier of carriers) leases.push(await injectOne(carrier));
    if (!(await driver.verify(leases, 'on')))
      throw new ObsctlError('FAULT_REFUSED', 'A fault was accepted, but not read back as on.');
    return leases;
  } catch (error) {
    await driver.clear(leases).catch(() => {});
    throw error;
  }
};
