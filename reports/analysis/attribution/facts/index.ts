import type { Window } from '../../../record/common.ts';
import type { Evidence } from '../../../record/evidence.ts';
import { isIn } from '../../phases.ts';
import { sumRed, userRoutes } from '../../series.ts';
import type { TraceTree } from '../../traces/tree.ts';
import { type ClientView, clientView } from './client-view.ts';
import { type Cohorts, cohortsOf } from './cohorts.ts';
import { type MissingInstance, missingInstances } from './instances.ts';
import { type Origin, originsOf } from './origins.ts';
import { type ResourceShift, resourcesOf } from './resources.ts';
import { type Retries, retriesOf } from './retries.ts';
import { type Shift, shiftsOf } from './shifts.ts';
import { type NewTemplate, newTemplates } from './templates.ts';

/** What the telemetry of an incident shows, before anybody says what it means. */
export interface Facts {
  entryService: string;
  clientService: string;
  window: Window;
  cohorts: Cohorts;
  origins: Origin[];
  shifts: Shift[];
  resources: ResourceShift[];
  missing: MissingInstance[];
  retries: Retries;
  templates: NewTemplate[];
  client: ClientView;
  /** Instances of each service, by metrics and traces. */
  instances: Map<string, string[]>;
  /** Requests (else jobs) per second of each instance in the window over those in steady. */
  traffic: Map<string, number>;
}

const instancesOf = ({ red, runtime }: Evidence): Map<string, string[]> => {
  const all = new Map<string, Set<string>>();
  for (const { service, instance } of [...red, ...runtime]) {
    all.set(service, (all.get(service) ?? new Set()).add(instance));
  }
  return new Map([...all].map(([service, set]) => [service, [...set].sort()]));
};

/** Requests per second of one instance; of one that serves none its jobs. */
const rateIn = ({ red, runtime }: Evidence, instance: string, window: Window): number => {
  const served = userRoutes(red, null).filter((series) => series.instance === instance);
  const seconds = Math.max(1, window.to - window.from);
  if (served.length > 0) {
    const points = sumRed(served).points.filter((point) => isIn(point, window));
    return points.reduce((sum, { requests }) => sum + requests, 0) / seconds;
  }
  const jobs = runtime
    .filter(({ name, instance: own }) => name === 'job.rate' && own === instance)
    .flatMap(({ points }) => points.filter(([time]) => time > window.from && time <= window.to));
  return jobs.reduce((sum, [, value]) => sum + (Number.isFinite(value) ? value : 0), 0) / seconds;
};

const trafficOf = (evidence: Evidence, steady: Window, window: Window): Map<string, number> => {
  const instances = [...new Set([...evidence.red, ...evidence.runtime].map(({ instance }) => instance))];
  return new Map(
    instances.map((instance) => {
      const before = rateIn(evidence, instance, steady);
      return [instance, before > 0 ? rateIn(evidence, instance, window) / before : 1];
    }),
  );
};

/** Reads the incident's window against the steady phase; pure, and cheap beside fetching the evidence. */
export const factsOf = (
  evidence: Evidence,
  treeOf: (traceId: string) => TraceTree | null,
  steady: Window,
  window: Window,
): Facts => {
  const cohorts = cohortsOf(evidence, treeOf, steady, window);
  return {
    entryService: evidence.entryService,
    clientService: evidence.clientService,
    window,
    cohorts,
    origins: originsOf(cohorts, evidence.clientService),
    shifts: shiftsOf(cohorts, evidence.clientService),
    resources: resourcesOf(evidence.runtime, steady, window),
    missing: missingInstances(evidence, steady, window),
    retries: retriesOf(evidence, cohorts, steady, window),
    templates: newTemplates(evidence, steady, window),
    client: clientView(cohorts, evidence),
    instances: instancesOf(evidence),
    traffic: trafficOf(evidence, steady, window),
  };
};
