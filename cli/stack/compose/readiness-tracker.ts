import type { ContainerView } from './engine.ts';
import { PORTS } from './ports.ts';

const PROBE_TIMEOUT_MS = 1000;

interface Probe {
  /** Inside the container; asked where it is published. */
  port: number;
  path: string;
  /** Any answer will do: something listens there and understands HTTP. */
  anyAnswer?: boolean;
}

const admin: Probe = { port: PORTS.admin, path: '/', anyAnswer: true };

/** How each is asked from outside whether it is ready; many images have nothing inside that could ask. */
const PROBES: Record<string, Probe> = {
  api: admin,
  inventory: admin,
  worker: admin,
  traefik: { port: PORTS.gateway, path: '/', anyAnswer: true },
  toxiproxy: { port: PORTS.toxiproxy, path: '/version' },
  collector: { port: PORTS.otlp, path: '/', anyAnswer: true },
  prometheus: { port: PORTS.prometheus, path: '/-/ready' },
  loki: { port: PORTS.loki, path: '/ready' },
  tempo: { port: PORTS.tempo, path: '/ready' },
  grafana: { port: PORTS.grafana, path: '/api/health' },
};

const answers = async (port: number, { path, anyAnswer }: Probe): Promise<boolean> => {
  try {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal, redirect: 'manual' });
    await answer.body?.cancel();
    return anyAnswer === true || answer.ok;
  } catch {
    return false;
  }
};

/** By its own health check, else by its answer from outside, else by the mere fact that it runs. */
const isReady = async ({ service, healthy, ports }: ContainerView): Promise<boolean> => {
  if (healthy !== null) return healthy;
  const probe = PROBES[service];
  if (!probe) return true;
  const port = ports[probe.port];
  return port !== undefined && answers(port, probe);
};

/** One start of one container. */
const startOf = ({ id, startedAt }: ContainerView): string => `${id} ${startedAt}`;

/** Which starts of which containers have got ready, and how long each took. */
export class ReadinessTracker {
  private readonly seconds = new Map<string, number>();

  constructor(private readonly ready: (view: ContainerView) => Promise<boolean> = isReady) {}

  /** Asks those that run and have not been seen ready since they were started. */
  async look(views: ContainerView[]): Promise<void> {
    const open = views.filter((view) => view.state === 'running' && this.secondsOf(view) === null);
    await Promise.all(
      open.map(async (view) => {
        if (!(await this.ready(view))) return;
        this.seconds.set(startOf(view), Math.max(0, (Date.now() - Date.parse(view.startedAt)) / 1000));
      }),
    );
  }

  /** From its start to ready; null where it is not. */
  secondsOf(view: ContainerView): number | null {
    return this.seconds.get(startOf(view)) ?? null;
  }
}
