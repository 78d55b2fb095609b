import { Resolver } from 'node:dns/promises';
import { hostname, networkInterfaces } from 'node:os';
import { ROLES } from './config.ts';

export interface InstanceSources {
  /** IPv4 addresses of this host, loopback left out. */
  addresses(): string[];
  /** Names that DNS has for an address; throws where it has none. */
  namesOf(address: string): Promise<string[]>;
  hostname(): string;
}

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);

/** Asked of DNS itself: `reverse` would read /etc/hosts, where a container's address leads to its id. */
const namesInDns = (address: string): Promise<string[]> =>
  new Resolver({ timeout: 1000, tries: 2 }).resolvePtr(
    `${address.split('.').reverse().join('.')}.in-addr.arpa`,
  );

const OWN: InstanceSources = { addresses: ownAddresses, namesOf: namesInDns, hostname };

/** `obsctl-api-1.obsctl_default`, as Docker's DNS has it: the role and the number of the replica. */
const IN_A_NAME = new RegExp(`(?:^|[-_])((?:${ROLES.join('|')})[-_]\\d+)(?:\\.|$)`);

const inName = (name: string): string | undefined => IN_A_NAME.exec(name)?.[1]?.replace('_', '-');

const byReverseLookup = async ({ addresses, namesOf }: InstanceSources): Promise<string | undefined> => {
  const lookups = await Promise.allSettled(addresses().map(namesOf));
  return lookups
    .flatMap((lookup) => (lookup.status === 'fulfilled' ? lookup.value : []))
    .map(inName)
    .find((name) => name !== undefined);
};

/**
 * What this replica is called in its telemetry: SERVICE_INSTANCE_ID where that is set; else role and number, as the
 * container network's DNS names its address (`api-1`); else the name of the host.
 */
export const instanceId = async (
  environment: NodeJS.ProcessEnv,
  sources: InstanceSources = OWN,
): Promise<string> =>
  environment.SERVICE_INSTANCE_ID || (await byReverseLookup(sources)) || sources.hostname();
