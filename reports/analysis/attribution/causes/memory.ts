import { grouped } from '../../grouped.ts';
import type { Facts } from '../facts/index.ts';
import type { ResourceShift } from '../facts/resources.ts';
import { type Cause, type Claim, figure, narrowed, reason, strength, when } from './cause.ts';
import { moved, resourcesNamed } from './symptoms.ts';

const MEBIBYTE = 2 ** 20;
/** A heap that grows by less than this, per second and in all, is at work and not leaking, bytes. */
const MIN_SLOPE = 1.5 * MEBIBYTE;
const MIN_GROWTH = 24 * MEBIBYTE;
const HALF_SLOPE = 4 * MEBIBYTE;

const grows = ({ slope, steadySlope, peak, steady }: ResourceShift): boolean =>
  slope > MIN_SLOPE && slope > 3 * Math.abs(steadySlope) && peak - steady > MIN_GROWTH;

const collecting = (facts: Facts, { service, instance }: ResourceShift) => {
  const gc = moved(facts, 'v8js.gc.duration', service).find((one) => one.instance === instance);
  return when(gc !== undefined, () =>
    reason(
      'resource',
      1.5,
      `garbage collection took ${figure(gc!.during * 100)} % of its time, against ${figure(gc!.steady * 100)} % in steady`,
      {
        from: gc!.from,
      },
    ),
  );
};

const claimOf = (facts: Facts, heaps: ResourceShift[]): Claim => {
  const [most] = heaps;
  const { service, instance, slope, steady, peak, from } = most!;
  return {
    service,
    dependency: null,
    operation: null,
    kind: 'memory',
    instances: narrowed(
      facts,
      service,
      heaps.map((heap) => heap.instance),
    ),
    reasons: [
      reason(
        'resource',
        4.5 * strength(slope, HALF_SLOPE),
        `the heap of ${instance} grew by ${figure(slope / MEBIBYTE)} MiB a second, from ${figure(steady / MEBIBYTE)} to ${figure(peak / MEBIBYTE)} MiB`,
        { from },
      ),
      ...collecting(facts, most!),
    ],
  };
};

/** A heap that only grows. */
export const memory: Cause = (facts) =>
  grouped(
    resourcesNamed(facts, 'v8js.memory.heap.used')
      .filter(grows)
      .sort((a, b) => b.slope - a.slope),
    ({ service }) => service,
  ).map((heaps) => claimOf(facts, heaps));
