import axios, { type AxiosInstance, isAxiosError } from 'axios';
import { isAlive, isStopped, type ProcessIdentity, signalProcess } from '../../shared/process-identity.ts';
import { pollUntil } from '../../shared/retry.ts';
import { COLLECTOR, readMetricsUrl } from '../../stack/local/collector-edge.ts';
import { readState, type StackPaths } from '../../stack/local/state-file.ts';
import { TOXIPROXY } from '../../stack/local/toxiproxy.ts';
import type { Action, Means } from './action.ts';
import { type CollectorAccess, collectorLoss } from './collector-loss-action.ts';
import { toxic } from './toxic-action.ts';

/** Longest wait for the supervisor, and for the kernel to stop a process, seconds. */
const CALL_TIMEOUT = 3;
const STOP_TIMEOUT = 1;

/** The process that a component is now, by the state file. */
const processOf = (paths: StackPaths, instance: string): ProcessIdentity | undefined => {
  const found = readState(paths)?.processes.find(({ name }) => name === instance);
  return found && isAlive(found) ? { pid: found.pid, startedAt: found.startedAt } : undefined;
};

const supervisorClient = (paths: StackPaths): AxiosInstance =>
  axios.create({
    socketPath: paths.socket,
    baseURL: 'http://supervisor',
    timeout: CALL_TIMEOUT * 1000,
    proxy: false,
  });

/** The process is stopped by the kernel (SIGSTOP) where it is: its sockets stay open, and it answers nothing. */
const pause: Action = {
  async begin({ process }) {
    signalProcess(process, 'SIGSTOP');
    const stopped = await pollUntil(async () => isStopped(process) || undefined, {
      timeout: STOP_TIMEOUT,
      every: 0.01,
    });
    if (!stopped) throw new Error('the process could not be stopped');
  },
  extend: async ({ process }) => isAlive(process),
  end: async ({ process }) => signalProcess(process, 'SIGCONT'),
  inEffect: ({ process }) => isStopped(process),
};

/** The supervisor ends the process and does not start it again meanwhile; it has the deadline too. */
const kill = (paths: StackPaths): Action => {
  const tell = (instance: string, what: string, body = {}) =>
    supervisorClient(paths).post(`/components/${instance}/${what}`, body);
  return {
    async begin({ instance }, seconds) {
      await tell(instance, 'hold', { seconds });
    },
    async extend({ instance }, seconds) {
      try {
        await tell(instance, 'extend-hold', { seconds });
        return true;
      } catch (error) {
        if (isAxiosError(error) && error.response?.status === 409) return false;
        throw error;
      }
    },
    async end({ instance }) {
      await tell(instance, 'release');
    },
    inEffect: ({ instance, process }) => !isAlive(process) && processOf(paths, instance) === undefined,
  };
};

/** Where a component listens, by the state file. */
const addressOf = (paths: StackPaths, component: string): string | undefined =>
  readState(paths)?.processes.find(({ name }) => name === component)?.address ?? undefined;

/** The collector is a process that reads its configuration again at SIGHUP. */
const collectorOf = (paths: StackPaths): CollectorAccess => {
  const folder = () => readState(paths)?.temporary ?? undefined;
  const collector = () => processOf(paths, COLLECTOR);
  return {
    folder,
    lives: () => collector() !== undefined,
    tell: () => {
      const living = collector();
      if (living) signalProcess(living, 'SIGHUP');
    },
    metricsUrl: () => {
      const place = folder();
      return place === undefined ? undefined : readMetricsUrl(place);
    },
  };
};

/** What the guard can do to the processes of the local stack. */
export const localMeans = (paths: StackPaths): Means => ({
  processOf: (instance) => processOf(paths, instance),
  actions: {
    kill: kill(paths),
    pause,
    toxic: toxic({ address: () => addressOf(paths, TOXIPROXY) }),
    'collector-loss': collectorLoss(collectorOf(paths)),
  },
});
