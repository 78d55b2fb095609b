import { grouped } from '../../grouped.ts';
import type { Facts } from '../facts/index.ts';
import type { Shift } from '../facts/shifts.ts';
import { type Cause, type Claim, percent, reason, shownBy, took, usually, when } from './cause.ts';
import {
  blockedLoops,
  busyCpus,
  MOVED,
  moved,
  resourcesNamed,
  saturation,
  shareOf,
  weightOf,
} from './symptoms.ts';

/** A place must carry this share of the added wait to be a suspect. */
const MIN_SHARE = 0.15;

/** Said only of what was measured. */
const idle = (facts: Facts, service: string) => {
  const measured = [
    ...resourcesNamed(facts, 'process.cpu.utilization', service),
    ...resourcesNamed(facts, 'nodejs.eventloop.delay.p99', service),
  ];
  return when(measured.length > 0 && measured.every(({ z }) => z <= MOVED), () =>
    reason(
      'absence',
      0.6,
      `CPU and event loop of ${service} stayed as they were: it waited, it did not work`,
    ),
  );
};

const busy = (facts: Facts, service: string) =>
  when(busyCpus(facts, service).length > 0, () =>
    reason('resource', -2.5, `the CPU use of ${service} rose as well, which stretches whatever runs there`),
  );

const blocked = (facts: Facts, service: string) =>
  when(blockedLoops(facts, service).length > 0, () =>
    reason(
      'resource',
      -3,
      `the event loop of ${service} was delayed, so that own time says nothing about the handler`,
    ),
  );

const queued = (facts: Facts, service: string) =>
  when(saturation(facts, service).waiting > 0, () =>
    reason(
      'resource',
      -2,
      `requests queued for ${service}'s capacity: the wait is a queue's, not the handler's`,
    ),
  );

const collecting = (facts: Facts, service: string) =>
  when(
    moved(facts, 'v8js.gc.duration', service).some(({ during }) => during > 0.05),
    () => reason('resource', -1, `garbage collection of ${service} took more time than before`),
  );

const retried = (facts: Facts, service: string) => {
  const failing = facts.origins.some(
    ({ place, shareOfFailed }) =>
      shareOfFailed > 0.3 &&
      (place.caller === service || (place.service === service && place.role === 'call')),
  );
  return when(failing && facts.retries.resends > 0.3, () =>
    reason(
      'retries',
      -2.5,
      `${service} paused between its attempts at calls that failed: that is own time, too`,
    ),
  );
};

const timedOut = (facts: Facts, service: string) => {
  const late = facts.origins.filter(
    ({ place, lateAnswers }) => place.role === 'call' && place.dependency === service && lateAnswers > 0,
  );
  return when(late.length > 0, () =>
    reason(
      'error-origin',
      -2,
      `its callers gave up on ${service} first, so that the time-out is what was felt`,
    ),
  );
};

const claimOf = (facts: Facts, shifts: Shift[]): Claim => {
  const { service, caller } = shifts[0]!.place;
  const behind = caller !== null && caller !== facts.clientService;
  const share = shareOf(shifts);
  const worst = shifts[0]!;
  return {
    service: behind ? caller : service,
    dependency: behind ? service : null,
    operation: behind ? 'client' : 'handler',
    kind: 'latency',
    instances: behind ? [] : shownBy(facts, service, shifts),
    reasons: [
      reason(
        'critical-path',
        4.5 * weightOf(shifts),
        `${percent(share)} of the added wait is own time of ${service}: ${took(worst.during)} in ${worst.place.name}${usually(worst.steady)}`,
        { traceIds: worst.traceIds, from: worst.from },
      ),
      ...idle(facts, service),
      ...busy(facts, service),
      ...blocked(facts, service),
      ...queued(facts, service),
      ...collecting(facts, service),
      ...retried(facts, service),
      ...(behind ? timedOut(facts, service) : []),
    ],
  };
};

/** Time that no child span explains, in a service whose CPU and event loop are as before. */
export const latency: Cause = (facts) => {
  const handlers = facts.shifts.filter(({ place, background }) => !background && place.role === 'handler');
  return grouped(handlers, ({ place }) => `${place.service} ${place.caller}`)
    .filter((shifts) => shareOf(shifts) >= MIN_SHARE)
    .map((shifts) => claimOf(facts, shifts));
};
