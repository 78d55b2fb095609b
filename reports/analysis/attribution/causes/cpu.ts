import { grouped } from '../../grouped.ts';
import type { Facts } from '../facts/index.ts';
import type { ResourceShift } from '../facts/resources.ts';
import { type Cause, type Claim, figure, narrowed, percent, reason, strength, took, when } from './cause.ts';
import { blockedLoops, busyCpus, extraCores, moved, ONE_THREAD } from './symptoms.ts';

/** Half of what convinces: a third of a core more than the traffic explains. */
const HALF_CORES = 0.3;

const jobsOf = (facts: Facts, service: string) => {
  const shift = facts.shifts.find(
    ({ place, background }) => background && place.service === service && place.role === 'job',
  );
  const slower = moved(facts, 'job.duration.mean', service)[0];
  return { shift, slower };
};

const jobReasons = (facts: Facts, service: string) => {
  const { shift, slower } = jobsOf(facts, service);
  return [
    ...when(slower !== undefined, () =>
      reason(
        'resource',
        1.5,
        `its jobs took ${took(slower!.during)} on average, against ${took(slower!.steady)} in steady`,
        {
          from: slower!.from,
        },
      ),
    ),
    ...when(shift !== undefined && shift.share > 0.3, () =>
      reason(
        'critical-path',
        1.5 * shift!.weight,
        `${percent(shift!.share)} of the added background time is own time of ${shift!.place.name}`,
        {
          traceIds: shift!.traceIds,
          from: shift!.from,
        },
      ),
    ),
  ];
};

/** Own time grew in many places at once: nothing in particular got slower, everything did. */
const stretched = (facts: Facts, service: string) => {
  const places = facts.shifts.filter(
    ({ place, background, share }) => !background && place.service === service && share > 0.03,
  );
  return when(places.length >= 3, () =>
    reason(
      'critical-path',
      0.8,
      `${places.length} different kinds of spans of ${service} took longer at the same time`,
    ),
  );
};

const singleThread = (facts: Facts, { service, instance, during }: ResourceShift) => {
  const loop = blockedLoops(facts, service).find((one) => one.instance === instance);
  return when(loop !== undefined && loop.during > 0.09 && during <= ONE_THREAD, () =>
    reason(
      'resource',
      -3,
      `it used no more than one thread could, and its event loop was delayed by ${took(loop!.during)}`,
    ),
  );
};

const claimOf = (facts: Facts, cpus: ResourceShift[]): Claim => {
  const most = cpus.reduce((a, b) => (extraCores(facts, b) > extraCores(facts, a) ? b : a));
  const { service } = most;
  const more = extraCores(facts, most);
  const { shift, slower } = jobsOf(facts, service);
  const jobs = shift !== undefined || slower !== undefined;
  return {
    service,
    dependency: null,
    operation: jobs && service !== facts.entryService ? 'job' : null,
    kind: 'cpu',
    instances: narrowed(
      facts,
      service,
      cpus.map(({ instance }) => instance),
    ),
    reasons: [
      reason(
        'resource',
        4 * strength(more, HALF_CORES),
        `${most.instance} used ${figure(most.during)} cores, against ${figure(most.steady)} in steady: ${figure(more)} more than its traffic explains`,
        { from: most.from },
      ),
      ...jobReasons(facts, service),
      ...stretched(facts, service),
      ...singleThread(facts, most),
    ],
  };
};

/** Processor time that the traffic does not explain. */
export const cpu: Cause = (facts) =>
  grouped(busyCpus(facts), ({ service }) => service).map((cpus) => claimOf(facts, cpus));
