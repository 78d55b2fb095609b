import Docker from 'dockerode';
import { engineAddress } from './engine-address.ts';

/** Name of the Compose project: the prefix of every container, volume and network. */
export const PROJECT = 'obsctl';

export const PROJECT_LABEL = 'com.docker.compose.project';
export const SERVICE_LABEL = 'com.docker.compose.service';
export const NUMBER_LABEL = 'com.docker.compose.container-number';
/** The environment file that Compose was given: it tells whose containers they are. */
export const ENV_FILE_LABEL = 'com.docker.compose.project.environment_file';
export const ONE_OFF_LABEL = 'com.docker.compose.oneoff';

/** The service's roles: they may have several replicas, so each is called by its number. */
export const ROLES: readonly string[] = ['api', 'inventory', 'worker'];

/** A client of the engine; connects at its first call. Throws where DOCKER_HOST cannot be read. */
export const createEngine = (address = engineAddress()): Docker => {
  if (address.startsWith('unix://')) return new Docker({ socketPath: address.slice('unix://'.length) });
  if (address.startsWith('npipe://')) return new Docker({ socketPath: address.slice('npipe://'.length) });
  const { hostname, port } = new URL(address);
  return new Docker({ host: hostname, port, protocol: process.env.DOCKER_TLS_VERIFY ? 'https' : 'http' });
};

/** A container of the stack as the engine sees it now. */
export interface ContainerView {
  id: string;
  /** What the engine calls it: obsctl-api-1. */
  container: string;
  /** What obsctl calls it, in its status and in the telemetry: api-1, postgresql, otelcol. */
  instance: string;
  /** Its service in the Compose file. */
  service: string;
  state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  /** On the engine's machine; null while it does not run. */
  pid: number | null;
  /** As the engine writes it (RFC 3339); of the last start. */
  startedAt: string;
  finishedAt: string;
  oomKilled: boolean;
  exitCode: number;
  /** Bytes; null where there is none. */
  memoryLimit: number | null;
  /** Of its health check; null where it has none. */
  healthy: boolean | null;
  /** It does its work and leaves: the engine does not start it again. */
  isJob: boolean;
  /** Restarts by the engine itself. */
  restarts: number;
  /** As the Compose file names it, tag included. */
  image: string;
  /** Port of the host by port of the container. */
  ports: Record<number, number>;
}

/** Services that are called otherwise in the local stack, and so everywhere else in obsctl. */
const LOCAL_NAMES: Record<string, string> = { collector: 'otelcol', postgres: 'postgresql' };

/** What obsctl calls the container of a Compose service. */
export const instanceOf = (service: string, number: string | number): string => {
  if (ROLES.includes(service)) return `${service}-${number}`;
  return LOCAL_NAMES[service] ?? service;
};

/** The labels by which the engine finds the container that obsctl calls so. */
const labelsOf = (instance: string): string[] => {
  const [renamed] = Object.entries(LOCAL_NAMES).find(([, name]) => name === instance) ?? [];
  const service = renamed ?? instance.replace(/-\d+$/, '');
  const number = /-(\d+)$/.exec(instance)?.[1];
  return [`${SERVICE_LABEL}=${service}`, ...(number ? [`${NUMBER_LABEL}=${number}`] : [])];
};

const portsOf = ({ NetworkSettings }: Docker.ContainerInspectInfo): Record<number, number> =>
  Object.fromEntries(
    Object.entries(NetworkSettings.Ports ?? {}).flatMap(([inside, bindings]) => {
      const outside = bindings?.[0]?.HostPort;
      return outside ? [[Number.parseInt(inside, 10), Number(outside)]] : [];
    }),
  );

const viewOf = (info: Docker.ContainerInspectInfo): ContainerView => {
  const { State: state, Config: config } = info;
  const service = config.Labels[SERVICE_LABEL]!;
  return {
    id: info.Id,
    container: info.Name.replace(/^\//, ''),
    instance: instanceOf(service, config.Labels[NUMBER_LABEL]!),
    service,
    state: state.Status as ContainerView['state'],
    pid: state.Pid || null,
    startedAt: state.StartedAt,
    finishedAt: state.FinishedAt,
    oomKilled: state.OOMKilled,
    exitCode: state.ExitCode,
    memoryLimit: info.HostConfig.Memory || null,
    healthy: state.Health ? state.Health.Status === 'healthy' : null,
    isJob: ['', 'no'].includes(info.HostConfig.RestartPolicy?.Name ?? ''),
    restarts: info.RestartCount,
    image: config.Image,
    ports: portsOf(info),
  };
};

const isNotFound = (error: unknown): boolean => (error as { statusCode?: number }).statusCode === 404;

/** The containers of the stack (or those called `instance`), running or not, by instance; one that is removed meanwhile is left out. */
export const containersOf = async (engine: Docker, instance?: string): Promise<ContainerView[]> => {
  const listed = await engine.listContainers({
    all: true,
    filters: {
      label: [
        ...[`${PROJECT_LABEL}=${PROJECT}`, `${ONE_OFF_LABEL}=False`],
        ...(instance ? labelsOf(instance) : []),
      ],
    },
  });
  const views = await Promise.all(
    listed.map(async ({ Id }) => {
      try {
        return viewOf(await engine.getContainer(Id).inspect());
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    }),
  );
  return views
    .filter((view) => view !== undefined)
    .sort((a, b) => a.instance.localeCompare(b.instance, 'en', { numeric: true }));
};
