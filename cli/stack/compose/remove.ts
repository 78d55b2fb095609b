import type Docker from 'dockerode';
import { ObsctlError } from '../../shared/errors.ts';
import { pollUntil } from '../../shared/retry.ts';
import { ENV_FILE_LABEL, PROJECT, PROJECT_LABEL, SERVICE_LABEL } from './engine.ts';
import { volumesOf } from './in-the-way.ts';

/**
 * What is stopped after what: databases after those who would log that they went away, the stores of telemetry after
 * the collector, which sends them what it still has, and their own store last. Whatever is not named goes first.
 */
const STOP_ORDER: string[][] = [
  ['postgres', 'redis', 'toxiproxy', 'collector'],
  ['prometheus', 'loki', 'tempo'],
  ['minio'],
];
/** Longest wait for one to end by itself, seconds; Tempo does not hear it while a client is connected. */
const PATIENCE = 5;
const NETWORK_TIMEOUT = 5;

/** Gone already, or not running: as wanted. */
const unlessGone = (error: unknown): void => {
  const { statusCode } = error as { statusCode?: number };
  if (statusCode !== 304 && statusCode !== 404 && statusCode !== 409) throw error;
};

const layerOf = ({ Labels }: Docker.ContainerInfo): number =>
  STOP_ORDER.findIndex((services) => services.includes(Labels[SERVICE_LABEL]!));

const nameOf = ({ Names, Id }: Docker.ContainerInfo): string =>
  Names[0]?.replace(/^\//, '') ?? Id.slice(0, 12);

/** Stops it if it can be stopped, and removes it with its volumes that have no name. */
const end = async (engine: Docker, { Id, State }: Docker.ContainerInfo): Promise<void> => {
  const container = engine.getContainer(Id);
  if (State === 'running' || State === 'restarting') await container.stop({ t: PATIENCE }).catch(unlessGone);
  await container.remove({ force: true, v: true }).catch(unlessGone);
};

/** Those of the project, single runs (`docker compose run`) included, that were started with this environment file. */
const containersWith = async (engine: Docker, envFile: string): Promise<Docker.ContainerInfo[]> =>
  engine.listContainers({
    all: true,
    filters: { label: [`${PROJECT_LABEL}=${PROJECT}`, `${ENV_FILE_LABEL}=${envFile}`] },
  });

const removeContainers = async (engine: Docker, envFile: string): Promise<string[]> => {
  const all = await containersWith(engine, envFile);
  for (let layer = -1; layer < STOP_ORDER.length; layer++) {
    const next = all.filter((container) => layerOf(container) === layer);
    await Promise.all(next.map((container) => end(engine, container)));
  }
  return all.map((container) => `container ${nameOf(container)}`);
};

/** Those that nobody uses: another's containers keep theirs. */
const removeNetworks = async (engine: Docker): Promise<string[]> => {
  const label = [`${PROJECT_LABEL}=${PROJECT}`];
  const networks = await engine.listNetworks({ filters: { label } });
  const removed = await Promise.all(
    networks.map(async ({ Id, Name }) => {
      const gone = await pollUntil(
        () =>
          engine
            .getNetwork(Id)
            .remove()
            .then(
              () => true,
              (error) => (error.statusCode === 404 ? true : undefined),
            ),
        { timeout: NETWORK_TIMEOUT, every: 0.2 },
      );
      return gone ? [`network ${Name}`] : [];
    }),
  );
  return removed.flat();
};

const namesOfVolumes = async (engine: Docker, keep: string[]): Promise<string[]> =>
  (await volumesOf(engine)).map(({ Name }) => Name).filter((name) => !keep.includes(name));

/** Removes the named volumes but those of `keep`. Throws STACK_BUSY naming those that somebody's containers use. */
export const removeVolumes = async (engine: Docker, keep: string[] = []): Promise<string[]> => {
  const names = await namesOfVolumes(engine, keep);
  await Promise.all(names.map((name) => engine.getVolume(name).remove().catch(unlessGone)));
  const left = names.length > 0 ? await namesOfVolumes(engine, keep) : [];
  if (left.length === 0) return names.map((name) => `volume ${name}`);
  throw new ObsctlError('STACK_BUSY', 'Not all volumes could be removed: containers use them.', {
    details: [left.sort().join(', ')],
  });
};

/**
 * Removes the containers that were started with the environment file, however far they got, their nameless volumes and
 * the network; Docker Compose is not needed for it. Returns what was removed, one line each.
 */
export const removeContainersOf = async (engine: Docker, envFile: string): Promise<string[]> => {
  const removed: string[] = [];
  // Docker Compose may have been stopped while it was making another one.
  for (let found = await removeContainers(engine, envFile); found.length > 0; ) {
    removed.push(...found);
    found = await removeContainers(engine, envFile);
  }
  return removed.length > 0 ? [...removed, ...(await removeNetworks(engine))] : [];
};
