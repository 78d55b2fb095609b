import { conflictBetween } from '../../service/contract.ts';
import { findFault } from '../chaos/catalogue.ts';
import { ObsctlError } from '../shared/errors.ts';
import type { PlannedInjection } from './planned-injection.ts';

/** Whether there is a moment at which both are on. */
export const shareTime = (a: PlannedInjection, b: PlannedInjection): boolean =>
  a.at < b.at + b.duration && b.at < a.at + a.duration;

/**
 * The replicas that it was told, or the service of which it takes some or all; the dependency to which it takes the way;
 * null for another component.
 */
const placesOf = ({ injection: { fault, instances, parameters } }: PlannedInjection): string[] | null => {
  const { carrier, carriedBy, label, labelFor } = findFault(fault);
  const dependency = labelFor?.(parameters).dependency;
  if (dependency) return [`to ${dependency}`];
  if (carriedBy === 'stack' && carrier !== 'replica') return null;
  return instances ?? [carrier === 'replica' ? label.service : carrier];
};

const overlap = (a: string, b: string): boolean => a === b || a.startsWith(`${b}-`) || b.startsWith(`${a}-`);

/** What exclude each other and lie in different components do so wherever they are. */
const shareCarrier = (a: PlannedInjection, b: PlannedInjection): boolean => {
  const [ofA, ofB] = [placesOf(a), placesOf(b)];
  return !ofA || !ofB || ofA.some((one) => ofB.some((other) => overlap(one, other)));
};

const pairsOf = <T>(list: T[]): [T, T][] =>
  list.flatMap((a, i) => list.slice(i + 1).map((b): [T, T] => [a, b]));

/** Why the two cannot be on at the same time, as the rest of a sentence; null when they can, or never meet. */
export const apartBecause = (a: PlannedInjection, b: PlannedInjection): string | null =>
  shareCarrier(a, b) ? conflictBetween(findFault(a.injection.fault), findFault(b.injection.fault)) : null;

/** Refuses faults that exclude each other and would meet at one carrier. Throws FAULT_CONFLICT with every reason. */
export const refuseConflicts = (planned: PlannedInjection[]): void => {
  const reasons = pairsOf(planned)
    .filter(([a, b]) => shareTime(a, b))
    .flatMap(([a, b]) => apartBecause(a, b) ?? []);
  if (reasons.length > 0) {
    throw new ObsctlError('FAULT_CONFLICT', 'These faults cannot be on at once.', {
      details: [...new Set(reasons)],
    });
  }
};
