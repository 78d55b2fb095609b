import { pollUntil } from '../../shared/retry.ts';
import {
  addressOf,
  type ContainerControl,
  containerControl,
  identityOf,
  isSameStart,
} from '../../stack/compose/container-control.ts';
import type { ContainerView } from '../../stack/compose/engine.ts';
import { composePaths } from '../../stack/compose/paths.ts';
import { COLLECTOR } from '../../stack/local/collector-edge.ts';
import type { StackPaths } from '../../stack/local/state-file.ts';
import { TOXIPROXY } from '../../stack/local/toxiproxy.ts';
import type { Action, Means, Subject } from './action.ts';
import { type CollectorAccess, collectorLoss } from './collector-loss-action.ts';
import { type ToxiproxyAccess, toxic } from './toxic-action.ts';

/** Ports inside the containers: Toxiproxy's API, the collector's own metrics. */
const TOXIPROXY_PORT = 8474;
const COLLECTOR_METRICS_PORT = 8888;
/** The collector's user is another one than ours; the folder above is ours alone. */
const OVERLAY_MODE = 0o644;
/** Longest wait until the engine shows a container's end, seconds. */
const END_TIMEOUT = 5;
/** How long an answer about a container is good enough for the regular look, milliseconds. */
const LOOK_EVERY_MS = 500;

/** The container that the lease is about, as it is now; undefined where it is gone, or was started since. */
const ofLease =
  ({ find }: ContainerControl) =>
  async ({ instance, process }: Subject): Promise<ContainerView | undefined> => {
    const container = await find(instance);
    return container && isSameStart(container, process) ? container : undefined;
  };

const isEnded = ({ state }: ContainerView): boolean => state === 'exited' || state === 'dead';

/**
 * The container's process is killed, and the engine, which takes that as asked for, does not start it again, whatever its
 * restart policy. Whoever starts it meanwhile ends the lease.
 */
const kill = (control: ContainerControl): Action => {
  const held = ofLease(control);
  const isDown = async (subject: Subject) => {
    const container = await held(subject);
    return container !== undefined && isEnded(container);
  };
  /** True when it has ended; undefined while it has not. Throws where it was started again at once. */
  const hasEnded = async (subject: Subject) => {
    const container = await held(subject);
    if (!container || container.state === 'restarting')
      throw new Error('its container was started again at once');
    return isEnded(container) || undefined;
  };
  return {
    async begin(subject) {
      const container = await held(subject);
      if (container && identityOf(container)) await control.signal(container.id, 'SIGKILL');
      if (!(await pollUntil(() => hasEnded(subject), { timeout: END_TIMEOUT, every: 0.02 })))
        throw new Error('its container was killed and does not end');
    },
    extend: isDown,
    async end(subject) {
      const container = await held(subject);
      if (container && isEnded(container)) await control.start(container.id);
    },
    inEffect: isDown,
  };
};

/** All processes of the container are frozen where they are: its sockets stay open, and it answers nothing. */
const pause = (control: ContainerControl): Action => {
  const held = ofLease(control);
  const isPaused = async (subject: Subject) => (await held(subject))?.state === 'paused';
  /** Somebody else may have done it between the look and the call. */
  const unless = (done: () => Promise<boolean>) => async (error: unknown) => {
    if (!(await done())) throw error;
  };
  return {
    async begin(subject) {
      const container = await held(subject);
      if (!container) throw new Error('its container was started again or is gone');
      if (container.state !== 'paused')
        await control.pause(container.id).catch(unless(() => isPaused(subject)));
    },
    extend: isPaused,
    async end(subject) {
      const container = await held(subject);
      if (container?.state === 'paused')
        await control.unpause(container.id).catch(unless(async () => !(await isPaused(subject))));
    },
    inEffect: isPaused,
  };
};

/** The last answer, for as long as it is good; a failure is asked again. */
const remembered = <T>(ask: () => Promise<T>): (() => Promise<T>) => {
  let last: { answer: Promise<T>; at: number } | undefined;
  return () => {
    if (!last || performance.now() - last.at > LOOK_EVERY_MS) {
      const answer = ask();
      last = { answer, at: performance.now() };
      answer.catch(() => {
        last = undefined;
      });
    }
    return last.answer;
  };
};

/** Toxiproxy answers where it last was known to be also while the engine says nothing: a lease ends all the same. */
const toxiproxyOf = ({ find }: ContainerControl): ToxiproxyAccess => {
  const seen = remembered(() => find(TOXIPROXY));
  let last: string | undefined;
  return {
    address: async () => {
      try {
        const container = await find(TOXIPROXY);
        last = container && addressOf(container, TOXIPROXY_PORT);
      } catch (error) {
        if (last === undefined) throw error;
      }
      return last;
    },
    isAlive: async (process) => {
      const container = await seen();
      return (
        container !== undefined && isSameStart(container, process) && identityOf(container) !== undefined
      );
    },
  };
};

const collectorOf = (control: ContainerControl, overlays: string): CollectorAccess => {
  const running = async () => {
    const container = await control.find(COLLECTOR);
    return container?.state === 'running' ? container : undefined;
  };
  return {
    folder: () => overlays,
    mode: OVERLAY_MODE,
    lives: async () => (await running()) !== undefined,
    async tell() {
      const container = await running();
      if (container) await control.signal(container.id, 'SIGHUP');
    },
    async metricsUrl() {
      const container = await running();
      const address = container && addressOf(container, COLLECTOR_METRICS_PORT);
      return address && `${address}/metrics`;
    },
  };
};

/** What the guard can do to containers. `overlays`: the folder from which the collector reads them. */
export const containerMeansBy = (control: ContainerControl, overlays: string): Means => ({
  processOf: async (instance) => {
    const container = await control.find(instance);
    return container && identityOf(container);
  },
  actions: {
    kill: kill(control),
    pause: pause(control),
    toxic: toxic(toxiproxyOf(control)),
    'collector-loss': collectorLoss(collectorOf(control, overlays)),
  },
});

/** What the guard can do to the containers of the stack. */
export const containerMeans = (paths: StackPaths): Means =>
  containerMeansBy(containerControl(), composePaths(paths).collector);
