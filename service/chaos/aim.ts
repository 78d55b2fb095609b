import type { FaultInfo, FaultScope } from '../faults/fault.ts';

/** What narrows a target down, besides its rate and seed. */
export type Aim = 'route' | 'method' | 'header';

const NOT_TAKEN: Record<FaultScope, Partial<Record<Aim, string>>> = {
  requests: {},
  jobs: { method: 'strikes jobs, which have no HTTP method', header: 'strikes jobs, which have no headers' },
  resource: {
    route: 'acts on a resource of the whole replica, so it cannot be aimed at a route',
    method: 'acts on a resource of the whole replica, so it cannot be aimed at a method',
    header: 'acts on a resource of the whole replica, so it cannot be aimed at a header',
  },
};

/** Whether a fault can be aimed by that. */
export const takesAim = ({ scope = 'requests' }: Pick<FaultInfo, 'scope'>, aim: Aim): boolean =>
  NOT_TAKEN[scope][aim] === undefined;

/** What of the target the fault cannot take, each with the reason; empty when it can take all. */
export const refusedAims = (
  fault: Pick<FaultInfo, 'name' | 'scope'>,
  target: Partial<Record<Aim, unknown>>,
): { aim: Aim; why: string }[] =>
  (Object.entries(NOT_TAKEN[fault.scope ?? 'requests']) as [Aim, string][])
    .filter(([aim]) => target[aim] !== undefined)
    .map(([aim, why]) => ({ aim, why: `${fault.name} ${why}` }));
