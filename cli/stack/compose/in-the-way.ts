import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type Docker from 'dockerode';
import { ObsctlError } from '../../shared/errors.ts';
import { VERSION } from '../../shared/version.ts';
import type { ComposeConfig } from './compose-config.ts';
import { COMPOSE_FILE } from './compose-project.ts';
import { ENV_FILE_LABEL, PROJECT, PROJECT_LABEL } from './engine.ts';
import { PORTS } from './ports.ts';

/** On the volume: the obsctl that made it. */
const VERSION_LABEL = 'obsctl.version';
const CONNECT_TIMEOUT_MS = 1000;

const isTaken = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: CONNECT_TIMEOUT_MS });
    const answer = (taken: boolean) => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });

/** The variable that sets the port of this machine for a port of a container. */
export const portVariable = (target: number, composeFile: string): string | undefined =>
  new RegExp(`\\$\\{(\\w+)[^}]*\\}:${target}\\b`).exec(composeFile)?.[1];

const howToMove = (target: number): string => {
  const variable = portVariable(target, readFileSync(COMPOSE_FILE, 'utf8')) ?? 'docker-compose.yml';
  return target === PORTS.gateway ? `--port or ${variable}` : variable;
};

interface WantedPort {
  service: string;
  target: number;
  port: number;
}

const refuse = (problems: WantedPort[], why: string): void => {
  if (problems.length === 0) return;
  const ports = [...new Set(problems.map(({ port }) => port))].join(', ');
  throw new ObsctlError('PORT_TAKEN', `Port ${ports} on 127.0.0.1 is ${why}.`, {
    details: problems.map(
      ({ service, target, port }) => `${port} is for ${service}; another one: ${howToMove(target)}`,
    ),
  });
};

/** Throws PORT_TAKEN when something listens on a port of 127.0.0.1 that is to be published, or two want the same; names all of them. */
export const assertPortsFree = async ({ services }: ComposeConfig): Promise<void> => {
  const wanted: WantedPort[] = Object.entries(services).flatMap(([service, { ports }]) =>
    ports.flatMap(({ target, published }) =>
      published ? [{ service, target, port: Number(published) }] : [],
    ),
  );
  const twice = wanted.filter(({ port }) => wanted.filter((other) => other.port === port).length > 1);
  refuse(twice, 'wanted twice');
  const taken = await Promise.all(wanted.map(({ port }) => isTaken(port)));
  refuse(
    wanted.filter((_wanted, i) => taken[i]),
    'in use by another program',
  );
};

/** The stack's named volumes. */
export const volumesOf = async (engine: Docker): Promise<Docker.VolumeInspectInfo[]> =>
  (await engine.listVolumes({ filters: { label: [`${PROJECT_LABEL}=${PROJECT}`] } })).Volumes ?? [];

/** Throws VOLUME_MISMATCH where another version of obsctl made one of the stack's volumes. */
export const assertVolumesFit = async (engine: Docker): Promise<void> => {
  const made = (await volumesOf(engine)).map(({ Name, Labels }) => ({
    name: Name,
    version: Labels?.[VERSION_LABEL] || 'an unknown version',
  }));
  const others = made.filter(({ version }) => version !== VERSION);
  if (others.length === 0) return;
  throw new ObsctlError('VOLUME_MISMATCH', `This is obsctl ${VERSION}, and not what made the volumes.`, {
    details: others.map(({ name, version }) => `${name} was made by ${version}`),
  });
};

/** Throws STACK_BUSY where containers of the same project are there that were started in another way, or by another user. */
export const assertNoneOfOthers = async (engine: Docker, envFile: string): Promise<void> => {
  const there = await engine.listContainers({
    all: true,
    filters: { label: [`${PROJECT_LABEL}=${PROJECT}`] },
  });
  const others = there.filter(({ Labels }) => Labels[ENV_FILE_LABEL] !== envFile);
  if (others.length === 0) return;
  const names = others.map(({ Names }) => Names[0]!.replace(/^\//, ''));
  throw new ObsctlError('STACK_BUSY', `Containers of a Compose project ${PROJECT} are there already.`, {
    details: [
      names.sort().join(', '),
      `this obsctl did not start them; whoever did takes them down, or \`docker compose -p ${PROJECT} down\``,
    ],
  });
};
