import type { Component, ComponentState, Endpoints, Replica } from '../stack.ts';
import { type ContainerView, instanceOf, ROLES } from './engine.ts';
import { PORTS } from './ports.ts';

/** The port of each that its address is. */
const MAIN_PORT: Record<string, number> = {
  traefik: PORTS.gateway,
  api: PORTS.admin,
  inventory: PORTS.admin,
  worker: PORTS.admin,
  toxiproxy: PORTS.toxiproxy,
  collector: PORTS.otlp,
  prometheus: PORTS.prometheus,
  loki: PORTS.loki,
  tempo: PORTS.tempo,
  grafana: PORTS.grafana,
};

/** Port 80 need not be said, and browsers leave it out. */
const urlOf = (port: number): string => `http://127.0.0.1${port === 80 ? '' : `:${port}`}`;

const addressOf = ({ service, ports }: ContainerView): string | null => {
  const port = ports[MAIN_PORT[service] ?? 0];
  return port === undefined ? null : urlOf(port);
};

/** Its memory limit as a text; empty where it has none. */
export const limitOf = ({ memoryLimit }: ContainerView): string =>
  memoryLimit === null ? '' : `${Math.round(memoryLimit / 2 ** 20)} MiB`;

/** How the kernel ended what ran out of memory. */
export const outOfMemoryText = (limit: string): string =>
  `out of memory: the kernel killed it${limit ? ` at its limit of ${limit}` : ''}`;

/** How a container ended. `outOfMemory`: where the engine has said so at the time. */
export const endOf = (view: ContainerView, outOfMemory = view.oomKilled): string =>
  outOfMemory ? outOfMemoryText(limitOf(view)) : `exit code ${view.exitCode}`;

const hasEnded = ({ state }: ContainerView): boolean => state === 'exited' || state === 'dead';

/** It did what it was for. */
const isDone = (view: ContainerView): boolean => view.isJob && hasEnded(view) && view.exitCode === 0;

const stateOf = (view: ContainerView, readySeconds: number | null): ComponentState => {
  // A job is never ready: it is done, or it has failed.
  if (view.state === 'running') return readySeconds === null || view.isJob ? 'starting' : 'ready';
  if (view.state === 'created') return 'starting';
  if (view.state === 'paused' || view.state === 'restarting') return view.state;
  return view.isJob ? 'failed' : 'stopped';
};

/** A container as a component of the stack; undefined for a job that is done. */
export const componentOf = (view: ContainerView, readySeconds: number | null): Component | undefined => {
  if (isDone(view)) return undefined;
  return {
    name: view.instance,
    service: ROLES.includes(view.service) ? view.service : null,
    state: stateOf(view, readySeconds),
    pid: view.pid,
    address: addressOf(view),
    restarts: view.restarts,
    readySeconds,
    detail: hasEnded(view) ? endOf(view) : '',
  };
};

const withoutContainer = (
  name: string,
  service: string,
  what: Pick<Component, 'state' | 'detail'>,
): Component => ({
  name,
  service: ROLES.includes(service) ? service : null,
  ...{ pid: null, address: null, restarts: 0, readySeconds: null, ...what },
});

/** A component that has no container yet. */
export const awaited = (service: string, detail: string): Component =>
  withoutContainer(instanceOf(service, 1), service, { state: 'starting', detail });

/** A component that had a container and has none any more. */
export const removed = (instance: string, service: string): Component =>
  withoutContainer(instance, service, { state: 'stopped', detail: 'its container was removed' });

/** The service's replicas. Their public port is only inside the network; the admin API is on this machine. */
export const replicasOf = (views: ContainerView[]): Replica[] =>
  views
    .filter(({ service }) => ROLES.includes(service))
    .map(({ instance, service, container, ports }) => ({
      instance,
      service,
      url: `http://${container}:${PORTS.service}`,
      adminUrl: ports[PORTS.admin] === undefined ? '' : urlOf(ports[PORTS.admin]!),
    }));

/** Addresses of the stack; null while one of the containers behind them does not run. */
export const endpointsOf = (views: ContainerView[]): Endpoints | null => {
  const at = (service: string, port: number): string | null => {
    const found = views.find((view) => view.service === service)?.ports[port];
    return found === undefined ? null : urlOf(found);
  };
  const baseUrl = at('traefik', PORTS.gateway);
  const otlpUrl = at('collector', PORTS.otlp);
  const prometheus = at('prometheus', PORTS.prometheus);
  const loki = at('loki', PORTS.loki);
  const tempo = at('tempo', PORTS.tempo);
  if (!baseUrl || !otlpUrl || !prometheus || !loki || !tempo) return null;
  return {
    baseUrl,
    docsUrl: `${baseUrl}/docs/`,
    otlpUrl,
    backends: { prometheus, loki, tempo },
    grafana: at('grafana', PORTS.grafana),
  };
};

/** Versions by component, as the tags of their images say. */
export const versionsOf = (views: ContainerView[]): Record<string, string> =>
  Object.fromEntries(
    views
      .filter(({ isJob, service }) => !isJob && !ROLES.includes(service))
      .map(({ instance, image }) => [instance, /:([^:/@]+)(?:@|$)/.exec(image)?.[1] ?? image]),
  );
