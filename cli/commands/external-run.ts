import { dirname, resolve } from 'node:path';
import { PLACES, type Places, type TelemetryAccess, telemetryAccess } from '../config/backends.ts';
import { BACKENDS, type BackendConfig } from '../config/backends-schema.ts';
import { readConfig } from '../config/config.ts';
import { tokenAt } from '../config/token.ts';
import type { TargetSection } from '../experiment/file/target.ts';
import type { Foreign } from '../experiment/run-parts.ts';
import { collecting, ObsctlError } from '../shared/errors.ts';
import { hostOf, isLoopback } from '../shared/loopback.ts';
import type { ExternalReplica, ExternalTarget } from '../stack/external-target.ts';
import type { Context } from './context.ts';

/** A system that obsctl did not start, with all that is needed to run an experiment on it. */
export interface ExternalRun {
  target: ExternalTarget;
  access: TelemetryAccess;
  foreign: Foreign;
}

/** Paths go from the file's own folder. */
const fromFolder = (folder: string, config: BackendConfig): BackendConfig => {
  const keys = ['passwordFile', 'tokenFile', 'caFile'] as const;
  const paths = keys.flatMap((key) => (config[key] ? [[key, resolve(folder, config[key])]] : []));
  return { ...config, ...Object.fromEntries(paths) };
};

/** What the file says of a back end stands in for all that `obsctl.yaml` says of it: no secret goes to another address. */
const accessOf = (file: string, { telemetry }: TargetSection, problems: string[]): TelemetryAccess | null => {
  const { backends, names } = readConfig();
  const own = BACKENDS.flatMap((name) => {
    const config = telemetry[name];
    return config ? [[name, fromFolder(dirname(file), config)]] : [];
  });
  const places: Places = {
    setting: (name, key) =>
      telemetry[name] ? `target.telemetry.${name}.${key} of ${file}` : PLACES.setting(name, key),
    address: (name) => `target.telemetry.${name}.url of ${file}`,
  };
  const config = { backends: { ...backends, ...Object.fromEntries(own) }, names: telemetry.names ?? names };
  return collecting(problems, () => telemetryAccess({}, config, process.env, places));
};

const replicasOf = (file: string, { baseUrl, service: entry, replicas }: TargetSection, problems: string[]) =>
  replicas.map(({ replica, service = entry, role, adminUrl, tokenVariable, tokenFile }): ExternalReplica => {
    const place = {
      variable: tokenVariable,
      file: tokenFile === undefined ? undefined : resolve(dirname(file), tokenFile),
    };
    const token = tokenAt(place, `the token of ${replica}`, problems);
    return { instance: replica, service, role, url: baseUrl, adminUrl, token };
  });

/** Load and faults hurt: for a host that is not this machine the file is not enough, whoever runs it says so too. */
const remoteProblems = ({ baseUrl, replicas }: TargetSection, allowed: string[]): string[] => {
  const hosts = [baseUrl, ...replicas.map(({ adminUrl }) => adminUrl)].map(hostOf);
  return [...new Set(hosts)]
    .filter((host) => !isLoopback(host) && !allowed.includes(host))
    .map(
      (host) => `${host} is not this machine: say --remote ${host} if it may be put under load and broken`,
    );
};

/** service.name by role: of replicas of a role in several services, the first one's. */
const servicesOf = (entry: string, replicas: ExternalReplica[]): Record<string, string> => ({
  api: entry,
  ...Object.fromEntries([...replicas].reverse().map(({ role, service }) => [role, service])),
});

/**
 * The system that the file names, secrets and all. `allowed`: hosts that were said on the command line. Touches
 * nothing. Throws USAGE with every problem at once, none of which shows a secret.
 */
export const externalRun = (file: string, section: TargetSection, allowed: string[]): ExternalRun => {
  const problems = remoteProblems(section, allowed);
  const access = accessOf(file, section, problems);
  const replicas = replicasOf(file, section, problems);
  if (!access || problems.length > 0)
    throw new ObsctlError('USAGE', `The target of ${file} cannot be run on like that.`, {
      details: problems,
    });
  const { baseUrl, service, otlpUrl = null } = section;
  return {
    target: { baseUrl, service, otlpUrl, replicas },
    access,
    foreign: { baseUrl, services: servicesOf(service, replicas), clientSpansKept: otlpUrl !== null },
  };
};

/**
 * The context of a run there, once it has been seen that all of it answers as described and that nothing is broken.
 * Changes nothing. Throws TARGET_UNUSABLE, FAULT_REFUSED.
 */
export const ontoExternal = async (ours: Context, { target, access }: ExternalRun): Promise<Context> => {
  const context = await ours.onto(target, access);
  await (await context.stack()).up({}, () => {});
  await refuseIfBroken(context);
  return context;
};

/** Nothing of somebody else's is cleared. Throws FAULT_REFUSED with what is on. */
export const refuseIfBroken = async (context: Context): Promise<void> => {
  const on = await (await context.chaos()).list();
  if (on.length === 0) return;
  throw new ObsctlError('FAULT_REFUSED', 'A fault is on there that this command has not injected.', {
    details: on.map(
      ({ fault, instance, id, state }) =>
        `${instance}: ${fault} (${id}), until its lease runs out in ${Math.ceil(state.expiresIn)} s`,
    ),
  });
};
