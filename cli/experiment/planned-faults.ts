import { takesAim } from '../../service/contract.ts';
import { findFault } from '../chaos/catalogue.ts';
import type { CataloguedFault } from '../chaos/catalogued-fault.ts';
import { planInjection } from '../chaos/injection-plan.ts';
import { parseDuration } from '../shared/duration.ts';
import { collecting, ObsctlError } from '../shared/errors.ts';
import { refuseConflicts } from './fault-conflicts.ts';
import { type FaultSettings, splitSettings } from './fault-settings.ts';
import type { PlannedInjection } from './planned-injection.ts';
import { presetFor } from './presets.ts';

export interface FaultsInput {
  names: string[];
  /** `FAULT.KEY` or `KEY`, as typed. */
  set: Record<string, unknown>;
  /** Rate, route, method, header, seed for every fault that can take them. */
  target: Record<string, unknown>;
  replicas?: string[];
  /** Seconds of the fault phase. */
  phase: number;
}

const said = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** Whether a target option that was given for all is meant for this fault: always where no fault could take it better. */
const isMeantFor = (fault: CataloguedFault, all: CataloguedFault[], key: string): boolean => {
  if (key === 'rate') return fault.share !== null || all.length === 1;
  if (key !== 'route' && key !== 'method' && key !== 'header') return true;
  const ofRequests = all.filter(({ scope = 'requests' }) => scope === 'requests');
  const takers = ofRequests.length > 0 ? ofRequests : all.filter((each) => takesAim(each, key));
  return takers.length === 0 || takers.includes(fault);
};

const targetFor = (fault: CataloguedFault, all: CataloguedFault[], target: FaultsInput['target']) =>
  Object.fromEntries(Object.entries(said(target)).filter(([key]) => isMeantFor(fault, all, key)));

const isOf = ({ carrier }: CataloguedFault, replica: string): boolean =>
  carrier === 'replica' || replica.startsWith(`${carrier}-`);

/** Replicas are named after their service; those of another service are meant for another fault, where there is one. */
const replicasFor = (fault: CataloguedFault, all: CataloguedFault[], replicas?: string[]) => {
  const own = replicas?.filter((each) => isOf(fault, each) || !all.some((other) => isOf(other, each)));
  return own && own.length > 0 ? own : undefined;
};

const seconds = (value: unknown, flag: string, problems: string[]): number | null =>
  collecting(problems, () => parseDuration(String(value), flag));

/** When within the phase; null, with the reason among the problems, when it does not lie in it. */
const windowOf = ({ at, duration }: FaultSettings, name: string, phase: number, problems: string[]) => {
  const start = at === undefined ? 0 : seconds(at, `--set ${name}.at`, problems);
  if (start === null) return null;
  const length =
    duration === undefined ? phase - start : seconds(duration, `--set ${name}.duration`, problems);
  if (length === null) return null;
  if (start < phase && start + length <= phase) return { at: start, duration: length };
  const said = duration === undefined ? `--set ${name}.at ${at}` : `--set ${name}.duration ${duration}`;
  problems.push(`${said}: it does not lie within the fault phase of ${phase} s (see --duration)`);
  return null;
};

const planOne = (
  fault: CataloguedFault,
  all: CataloguedFault[],
  settings: FaultSettings,
  input: FaultsInput,
  problems: string[],
): PlannedInjection | null => {
  const preset = presetFor(fault.name);
  const window = windowOf(settings, fault.name, input.phase, problems);
  const named = settings.replica === undefined ? undefined : String(settings.replica).split(',');
  const injection = collecting(problems, () =>
    planInjection({
      fault: fault.name,
      parameters: { ...preset.parameters, ...settings.parameters },
      target: {
        ...(fault.share === null ? {} : preset.target),
        ...targetFor(fault, all, input.target),
        ...settings.target,
      },
      duration: window?.duration ?? input.phase,
      instances: named ?? replicasFor(fault, all, input.replicas),
    }),
  );
  return injection && window && { injection, ...window };
};

/** One of a kind, since `FAULT.KEY` could not tell two of them apart. */
const refuseTwice = (names: string[]): void => {
  const twice = [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];
  if (twice.length === 0) return;
  throw new ObsctlError('FAULT_CONFLICT', 'A fault can be named once in a run.', {
    details: twice.map((name) =>
      findFault(name).exclusive
        ? `${name} was named twice: a carrier takes one ${name} at a time`
        : `${name} was named twice: set its rate and its replicas instead`,
    ),
  });
};

/**
 * The faults of a run with what was set of each, in the order in which they were named. Throws USAGE with every
 * violation at once, UNKNOWN_FAULT, or FAULT_CONFLICT when two of them exclude each other.
 */
export const planFaults = (input: FaultsInput): PlannedInjection[] => {
  const faults = input.names.map(findFault);
  refuseTwice(input.names);
  const problems: string[] = [];
  const settings = splitSettings(faults, input.set, problems);
  const planned = faults.flatMap((fault) => {
    const own: string[] = [];
    const plan = planOne(fault, faults, settings.get(fault.name)!, input, own);
    problems.push(...own.map((line) => (faults.length > 1 ? `${fault.name}: ${line}` : line)));
    return plan ?? [];
  });
  if (problems.length > 0) {
    const what = input.names.length > 1 ? 'faults' : `fault ${input.names[0]}`;
    throw new ObsctlError('USAGE', `The ${what} cannot be injected like that.`, { details: problems });
  }
  refuseConflicts(planned);
  return planned;
};
