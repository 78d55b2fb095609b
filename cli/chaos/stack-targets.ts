import { MAX_LEASE_SECONDS, refusedAims, type Target } from '../../service/contract.ts';
import { ObsctlError } from '../shared/errors.ts';
import type { StackStatus } from '../stack/stack.ts';
import type { Injection } from './chaos-driver.ts';
import type { StackFault } from './faults/stack-fault.ts';
import type { Held } from './guard/protocol.ts';

/** What a fault would be done to. */
export interface StackTarget {
  name: string;
  /** service.name where it is one of the service's roles. */
  service: string | null;
  /** State of the component whose process would carry it. */
  state: string;
}

/** The service whose replica is taken where none is named. */
const DEFAULT_SERVICE = 'api';

const refused = (fault: StackFault, details: string[]): ObsctlError =>
  new ObsctlError('FAULT_REFUSED', `The stack cannot carry ${fault.name} like that.`, { details });

/** What was said about single requests or a share: the fault takes whole processes. */
const aimProblems = (fault: StackFault, { target, leaseSeconds }: Injection): string[] => [
  ...refusedAims(fault, target).map(({ aim, why }) => `--${aim}: ${why}`),
  ...(target.rate === undefined || target.rate === 1 || fault.share !== null
    ? []
    : [`--rate ${target.rate}: ${fault.name} takes whole processes, so there is no share of them`]),
  ...(leaseSeconds > 0 && leaseSeconds <= MAX_LEASE_SECONDS
    ? []
    : [`--duration ${leaseSeconds}: must be above 0 s and at most ${MAX_LEASE_SECONDS} s`]),
];

const unknownTarget = (names: string[], there: string[]): ObsctlError =>
  new ObsctlError(
    'UNKNOWN_TARGET',
    `Nothing that it could be done to is called ${names.map((name) => JSON.stringify(name)).join(', ')}.`,
    { details: [`it can be done to: ${there.join(', ') || 'nothing'}`] },
  );

/** Why a component is not there: a stack of containers has every one, unless somebody removed it. */
const absence = (name: string, { driver }: StackStatus, otherwise: string): string =>
  driver === 'compose'
    ? `the container of ${name} is gone. Take the stack down and bring it up again`
    : otherwise;

/** The Redis of the stack. Throws where there is none, or it belongs to somebody else. */
const redisOf = (fault: StackFault, status: StackStatus): StackTarget => {
  const own = status.components.find(({ name }) => name === 'redis');
  if (own) return own;
  const reason =
    status.cache === 'redis'
      ? 'the Redis is the one that REDIS_URL names: it is not ours to take away. Unset REDIS_URL and bring the stack up again'
      : 'the stack has no Redis: its cache is in-process. Install redis-server and bring the stack up again';
  throw refused(fault, [absence('redis', status, reason)]);
};

/** Why a component that a fault goes through is not there, and what to do about it. */
const MISSING: Record<NonNullable<StackFault['via']>, string> = {
  toxiproxy:
    'no Toxiproxy stands between api and what it talks to. Run `obsctl tools install toxiproxy` and bring the stack up again',
  otelcol:
    'the stack has no collector: its telemetry is embedded. Run `obsctl tools install` and bring the stack up again with --telemetry grafana',
};

/** Throws where the component that carries the fault is not part of the stack. */
const carrierOf = (fault: StackFault, via: NonNullable<StackFault['via']>, status: StackStatus) => {
  const carrier = status.components.find(({ name }) => name === via);
  if (carrier) return carrier;
  throw refused(fault, [absence(via, status, MISSING[via])]);
};

/** The way to a dependency, or a pipeline of the collector: both are called as the ground truth calls them. */
const partOf = (
  fault: StackFault,
  via: NonNullable<StackFault['via']>,
  status: StackStatus,
  { parameters }: Injection,
): StackTarget => {
  const { state } = carrierOf(fault, via, status);
  const { dependency } = fault.labelFor?.(parameters) ?? fault.label;
  if (dependency === 'redis' && status.cache !== 'redis')
    throw refused(fault, [
      '--dependency redis: the stack has no Redis, its cache is in-process. Install redis-server and bring the stack up again',
    ]);
  return { name: dependency!, service: null, state };
};

const replicasOf = ({ components }: StackStatus): StackTarget[] =>
  components.filter(({ service }) => service !== null).sort((a, b) => a.name.localeCompare(b.name));

/** One replica of many, never the only one; which one, the seed says: 1 (the default) means the last. */
const oneReplica = (fault: StackFault, status: StackStatus, seed: number): StackTarget => {
  const replicas = replicasOf(status).filter(({ service }) => service === DEFAULT_SERVICE);
  const chosen = replicas[(replicas.length - 1 + seed + replicas.length - 1) % replicas.length];
  if (chosen && replicas.length > 1) return chosen;
  throw refused(fault, [
    `${DEFAULT_SERVICE} has ${replicas.length} replica: without it the service is down. Say --replica ${chosen?.name ?? '<name>'} if that is meant`,
  ]);
};

const named = (there: StackTarget[], names: string[]): StackTarget[] => {
  const unknown = names.filter((name) => !there.some((component) => component.name === name));
  if (unknown.length > 0)
    throw unknownTarget(
      unknown,
      there.map(({ name }) => name),
    );
  return there.filter(({ name }) => names.includes(name));
};

const candidates = (fault: StackFault, status: StackStatus, injection: Injection): StackTarget[] => {
  const { instances } = injection;
  if (fault.via) {
    const part = partOf(fault, fault.via, status, injection);
    return named([part], instances ?? [part.name]);
  }
  if (fault.carrier === 'redis') return named([redisOf(fault, status)], instances ?? ['redis']);
  if (instances && instances.length > 0) return named(replicasOf(status), instances);
  return [oneReplica(fault, status, (injection.target as Partial<Target>).seed ?? 1)];
};

const stateProblem = ({ name, state }: StackTarget, held: Held[]): string[] => {
  const holding = held.find(({ instance }) => instance === name);
  if (holding) return [`${name}: ${holding.state.fault} is on there already`];
  return state === 'ready' ? [] : [`${name}: it is ${state} now, so nothing can be done to it`];
};

/**
 * What the fault would be done to. `held`: the leases that are open. Throws UNKNOWN_TARGET, or FAULT_REFUSED with
 * every reason.
 */
export const targetsOf = (
  fault: StackFault,
  injection: Injection,
  status: StackStatus,
  held: Held[],
): StackTarget[] => {
  const chosen = candidates(fault, status, injection);
  const problems = [
    ...aimProblems(fault, injection),
    ...chosen.flatMap((component) => stateProblem(component, held)),
  ];
  if (problems.length > 0) throw refused(fault, problems);
  return chosen;
};
