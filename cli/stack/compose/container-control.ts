import type Docker from 'dockerode';
import type { ProcessIdentity } from '../../shared/process-identity.ts';
import { type ContainerView, containersOf, createEngine } from './engine.ts';
import { inTime } from './in-time.ts';

/** What the engine is asked for by who breaks things. Each call throws where the engine refuses or does not answer in time. */
export interface ContainerControl {
  /** The container of a component, running or not; undefined where there is none. */
  find(instance: string): Promise<ContainerView | undefined>;
  signal(id: string, signal: NodeJS.Signals): Promise<void>;
  pause(id: string): Promise<void>;
  unpause(id: string): Promise<void>;
  start(id: string): Promise<void>;
}

/** Longest wait for the engine, milliseconds: to look, and to act. */
const PATIENCE = { look: 3000, act: 15_000 };

/** What a container is while it runs, paused or not: another one after each start. Undefined while it does not run. */
export const identityOf = ({ pid, startedAt, state }: ContainerView): ProcessIdentity | undefined =>
  pid !== null && (state === 'running' || state === 'paused') ? { pid, startedAt } : undefined;

/** Whether the container still is, or lastly was, that one: nobody has started it since. */
export const isSameStart = ({ startedAt }: ContainerView, identity: ProcessIdentity): boolean =>
  startedAt === identity.startedAt;

/** Address on this machine of one of its ports; another after each start. Undefined while it is not published. */
export const addressOf = ({ ports }: ContainerView, port: number): string | undefined =>
  ports[port] === undefined ? undefined : `http://127.0.0.1:${ports[port]}`;

/** Containers by the Docker engine. */
export const containerControl = (engine: Docker = createEngine(), patience = PATIENCE): ContainerControl => {
  const act = (id: string, call: (container: Docker.Container) => Promise<void>) =>
    inTime(call(engine.getContainer(id)), patience.act);
  return {
    find: async (instance) => (await inTime(containersOf(engine, instance), patience.look))[0],
    signal: (id, signal) => act(id, (container) => container.kill({ signal })),
    pause: (id) => act(id, (container) => container.pause()),
    unpause: (id) => act(id, (container) => container.unpause()),
    start: (id) => act(id, (container) => container.start()),
  };
};
