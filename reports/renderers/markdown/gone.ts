import type { InjectedFault } from '../../record/truth.ts';

/** Whether there was a fault, and every one of them was verified to be gone. */
export const readBackAsGone = (faults: InjectedFault[]): boolean =>
  faults.length > 0 && faults.every(({ verifiedClearedAt }) => verifiedClearedAt !== null);
