import type { FaultInfo } from '../faults/fault.ts';

type Exclusion = Pick<FaultInfo, 'name' | 'exclusive' | 'excludes'>;

/** Why the two cannot be on at the same carrier at the same time, as the rest of a sentence; null when they can. */
export const conflictBetween = (one: Exclusion, other: Exclusion): string | null => {
  if (one.name === other.name) return one.exclusive ? `a carrier takes one ${one.name} at a time` : null;
  const apart = [one, other].some((fault, i) => fault.excludes?.includes([other, one][i]!.name));
  return apart ? `${one.name} and ${other.name} cannot be on at the same carrier at the same time` : null;
};
