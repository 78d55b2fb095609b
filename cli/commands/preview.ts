import type { Experiment } from '../../reports/record/record.ts';
import { findFault } from '../chaos/catalogue.ts';
import type { Affected } from '../experiment/affected.ts';
import { injectionOf } from '../experiment/planned-injection.ts';
import { type Carriers, type Preview, previewOf } from '../experiment/preview.ts';
import { DEFAULT_REPLICAS } from '../experiment/stack-settings.ts';
import { ObsctlError } from '../shared/errors.ts';
import type { StackStatus, UpOptions } from '../stack/stack.ts';
import type { Context } from './context.ts';

type PlannedFault = Experiment['faults'][number];

/** Services of a stack that is made anew; api has as many replicas as are asked for, the others one. */
const SERVICES = ['api', 'inventory', 'worker'];

const refuseUnknown = (fault: string, asked: string[], there: string[]): void => {
  const unknown = asked.filter((name) => !there.includes(name));
  if (unknown.length === 0) return;
  const named = unknown.map((name) => JSON.stringify(name)).join(', ');
  throw new ObsctlError('UNKNOWN_TARGET', `No replica that can carry ${fault} is called ${named}.`, {
    details: [`replicas that can carry ${fault}: ${there.join(', ')}`],
  });
};

/** Where no stack is up: what the one that would be started has, by the service that carries it. */
const expected = ({ fault, target }: PlannedFault, { replicas = DEFAULT_REPLICAS }: UpOptions): Carriers => {
  const { carrier, label } = findFault(fault);
  const { instances } = target as { instances?: string[] };
  const service = carrier === 'replica' ? label.service : carrier;
  const count = service === 'api' ? replicas : 1;
  const namesOf = (one: string) =>
    Array.from({ length: one === 'api' ? replicas : 1 }, (_, i) => `${one}-${i + 1}`);
  const all = namesOf(service);
  const isService = SERVICES.includes(service);
  if (instances) {
    refuseUnknown(fault, instances, carrier === 'replica' ? SERVICES.flatMap(namesOf) : all);
    return { names: instances, replicas: Math.max(count, instances.length) };
  }
  if (!isService) return { names: [carrier], replicas: 1 };
  return { names: carrier === 'replica' ? [`one ${service} replica`] : all, replicas: count };
};

/** What the stack that is up says would carry it, after every check that an injection makes. */
const asked = async (fault: PlannedFault, { replicas }: StackStatus, context: Context): Promise<Carriers> => {
  const names = await (await context.chaos()).check(injectionOf(fault));
  const services = new Set(
    replicas.filter(({ instance }) => names.includes(instance)).map((one) => one.service),
  );
  const all = replicas.filter(({ service }) => services.has(service)).length;
  return { names, replicas: Math.max(all, names.length) };
};

const affectedText = ({ requests, atMost }: Affected): string => {
  if (requests === null) return 'how many requests feel it nobody can say beforehand';
  if (requests === 0) return 'felt by none: nothing of this load is what it is aimed at';
  return atMost ? `felt by ${requests} requests at most` : `felt by about ${requests} requests`;
};

const textOf = (preview: Preview, place: string): string => {
  const { experiment, timeline, faults, requests, conditions } = preview;
  const { title, scenario, rate, vus, seed, hash } = experiment;
  const load = rate === null ? `${vus ?? 'its own'} users` : `${rate} requests/s, ${requests} in all`;
  return [
    `${title} (${hash.slice(0, 12)})`,
    place,
    `load ${scenario}, ${load}, seed ${seed}`,
    'timeline',
    ...timeline.map(({ at, what }) => `${`${at} s`.padStart(8)}  ${what}`),
    ...(faults.length > 0 ? ['faults'] : []),
    ...faults.map(
      ({ fault, carriers, from, until, affected }) =>
        `  ${fault} on ${carriers.join(', ')} for ${until - from} s: ${affectedText(affected)}`,
    ),
    ...(conditions.length > 0 ? ['has to hold', ...conditions.map((text) => `  ${text}`)] : []),
    'Nothing was started or changed.',
  ].join('\n');
};

const placeOf = (status: StackStatus | null): string => {
  if (!status) return 'stack none is up: these are the replicas that a new one has';
  return status.driver === 'external'
    ? `target ${status.endpoints?.baseUrl}: it answers, and these are its replicas`
    : `stack that is up (${status.driver}, ${status.telemetry}): these are the replicas that it has`;
};

/**
 * Shows what a run would do, on the stack that is up or on the one that would be started. Throws what the carriers have
 * against it: FAULT_REFUSED, UNKNOWN_TARGET.
 */
export const showPreview = async (experiment: Experiment, up: UpOptions, context: Context): Promise<void> => {
  const status = await (await context.stack()).status();
  const carriers: Carriers[] = [];
  for (const fault of experiment.faults)
    carriers.push(status ? await asked(fault, status, context) : expected(fault, up));
  const preview = previewOf(experiment, carriers);
  context.output.result({ ...preview, stackIsUp: status !== null }, textOf(preview, placeOf(status)));
};
