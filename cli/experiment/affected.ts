import type { Experiment } from '../../reports/record/record.ts';
import { globPattern, type Target } from '../../service/contract.ts';
import { findFault } from '../chaos/catalogue.ts';
import { requestsBetween } from './rate-course.ts';
import { ORDER, TRAFFIC_MIXES, type TrafficMix } from './traffic-mix.ts';

type PlannedFault = Experiment['faults'][number];

/** How many logical requests a fault may be felt by. */
export interface Affected {
  /** Null: nobody can say beforehand. */
  requests: number | null;
  /** It may be felt by fewer: what it takes away is shared, or only some requests carry what it asks for. */
  atMost: boolean;
}

type Aim = Partial<Target>;

const isAimedAt = (operation: string, { route, method }: Aim): boolean => {
  const [itsMethod, itsRoute] = operation.split(' ') as [string, string];
  return (method === undefined || method === itsMethod) && (!route || globPattern(route).test(itsRoute));
};

/** What an order asks of the services behind api, where that is a request. */
const CALLED_BY_AN_ORDER: Record<string, string> = { inventory: 'POST /reservations' };

/** The share of the load that reaches the carrier and is aimed at. */
const shareOf = (fault: PlannedFault, mix: TrafficMix): number => {
  const { carrier, carriedBy, scope = 'requests' } = findFault(fault.fault);
  const aim: Aim = scope === 'requests' ? fault.target : {};
  if (carriedBy === 'service' && carrier !== 'api') {
    const inner = CALLED_BY_AN_ORDER[carrier];
    return inner === undefined || isAimedAt(inner, aim) ? (mix[ORDER] ?? 0) : 0;
  }
  return Object.entries(mix).reduce(
    (sum, [operation, share]) => sum + (isAimedAt(operation, aim) ? share : 0),
    0,
  );
};

/**
 * Estimate: the requests of the time that it is on, times the share that reaches its carrier and is aimed at, times the
 * share of victims, times the share of replicas. `replicas`: how many the carrier's service has; `carriers`: of them.
 */
export const affectedBy = (
  experiment: Pick<Experiment, 'scenario' | 'rate' | 'durations'>,
  fault: PlannedFault,
  { carriers, replicas }: { carriers: number; replicas: number },
): Affected => {
  const mix = TRAFFIC_MIXES[experiment.scenario];
  const { warmUp, steady } = experiment.durations;
  const from = warmUp + steady + fault.at;
  const meanwhile = requestsBetween(experiment, from, from + fault.duration);
  if (meanwhile === null) return { requests: null, atMost: true };
  const { scope = 'requests' } = findFault(fault.fault);
  const { rate: victims = 1, header }: Aim = fault.target;
  // What a script of somebody's own asks for nobody knows: it may be all of it.
  const reached = meanwhile * (mix ? shareOf(fault, mix) : 1);
  const struck = scope === 'resource' ? reached : reached * victims * Math.min(1, carriers / replicas);
  return { requests: Math.round(struck), atMost: !mix || scope === 'resource' || header !== undefined };
};
