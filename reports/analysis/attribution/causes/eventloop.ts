import { grouped } from '../../grouped.ts';
import type { Facts } from '../facts/index.ts';
import type { ResourceShift } from '../facts/resources.ts';
import { type Cause, type Claim, figure, narrowed, reason, strength, took, when } from './cause.ts';
import { blockedLoops, moved, ONE_THREAD, resourcesNamed } from './symptoms.ts';

/** Half of what convinces: a delay of 80 ms at the 99th percentile. */
const HALF_DELAY = 0.08;

const threads = (facts: Facts, { instance, service }: ResourceShift) => {
  const cpu = resourcesNamed(facts, 'process.cpu.utilization', service).find(
    (one) => one.instance === instance,
  );
  return [
    ...when(cpu !== undefined && cpu.during > ONE_THREAD, () =>
      reason(
        'resource',
        -3,
        `${instance} used ${figure(cpu!.during)} cores: more than the loop alone can use, so that other threads worked as well`,
      ),
    ),
  ];
};

const warned = (facts: Facts, service: string) => {
  const line = facts.templates.find((one) => one.service === service && /event.?loop/i.test(one.text));
  return line
    ? [
        reason('log-template', 0.8, `${service} warned of it itself: “${line.text}” (${line.count} times)`, {
          from: line.from,
        }),
      ]
    : [];
};

const collecting = (facts: Facts, { service, instance }: ResourceShift) => {
  const gc = moved(facts, 'v8js.gc.duration', service).find((one) => one.instance === instance);
  return when(gc !== undefined && gc.during > 0.1, () =>
    reason(
      'resource',
      -2,
      `${instance} spent ${figure(gc!.during * 100)} % of its time on garbage collection, which holds the loop`,
    ),
  );
};

const claimOf = (facts: Facts, loops: ResourceShift[]): Claim => {
  const [worst] = loops;
  const { service, instance, during, steady, from } = worst!;
  return {
    service,
    dependency: null,
    operation: null,
    kind: 'eventloop',
    instances: narrowed(
      facts,
      service,
      loops.map((loop) => loop.instance),
    ),
    reasons: [
      reason(
        'resource',
        5 * strength(during - steady, HALF_DELAY),
        `the event loop of ${instance} was delayed by ${took(during)} (99th percentile), against ${took(steady)} in steady`,
        { from },
      ),
      ...warned(facts, service),
      ...threads(facts, worst!),
      ...collecting(facts, worst!),
    ],
  };
};

/** A loop that something holds: everything of that process waits, whatever it does. */
export const eventloop: Cause = (facts) =>
  grouped(blockedLoops(facts), ({ service }) => service).map((loops) => claimOf(facts, loops));
