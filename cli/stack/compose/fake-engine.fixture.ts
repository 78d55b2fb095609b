import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Docker from 'dockerode';
import { createEngine } from './engine.ts';

/** A container as the fake knows it; `labels` besides those of its service. */
export interface FakeContainer {
  id: string;
  service: string;
  number?: number;
  status?: string;
  exitCode?: number;
  labels?: Record<string, string>;
  ports?: Record<string, string>;
  /** More of what an inspection says. */
  state?: Record<string, unknown>;
  host?: Record<string, unknown>;
  image?: string;
  restarts?: number;
  log?: string;
}

const labelsOf = ({ service, number = 1, labels }: FakeContainer): Record<string, string> => ({
  'com.docker.compose.project': 'obsctl',
  'com.docker.compose.service': service,
  'com.docker.compose.container-number': String(number),
  'com.docker.compose.oneoff': 'False',
  ...labels,
});

const nameOf = ({ service, number = 1 }: FakeContainer): string => `/obsctl-${service}-${number}`;

const inspected = (container: FakeContainer) => ({
  Id: container.id,
  Name: nameOf(container),
  RestartCount: container.restarts ?? 0,
  Config: { Labels: labelsOf(container), Image: container.image ?? `${container.service}:1.2.3` },
  HostConfig: { Memory: 64 * 2 ** 20, RestartPolicy: { Name: 'unless-stopped' }, ...container.host },
  State: {
    ...{ Status: container.status ?? 'running', Pid: 42, ExitCode: container.exitCode ?? 0 },
    ...{ StartedAt: '2026-01-01T00:00:00Z', FinishedAt: '2026-01-01T00:00:01Z', OOMKilled: false },
    ...container.state,
  },
  NetworkSettings: {
    Ports: Object.fromEntries(
      Object.entries(container.ports ?? {}).map(([inside, outside]) => [
        `${inside}/tcp`,
        [{ HostIp: '127.0.0.1', HostPort: outside }],
      ]),
    ),
  },
});

const frame = (text: string): Buffer => {
  const header = Buffer.alloc(8);
  header[0] = 1;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
};

/** A Docker engine as far as the driver asks one: an HTTP server on 127.0.0.1 that keeps what it is told in memory. */
export class FakeEngine {
  containers: FakeContainer[] = [];
  networks: string[] = [];
  volumes: { name: string; labels: Record<string, string> }[] = [];
  /** Names of those that cannot be removed. */
  volumesInUse: string[] = [];
  images: string[] = [];
  version = { Version: '20.10.24', ApiVersion: '1.41', Os: 'linux' };
  /** Lines that the event stream begins with; it ends after them. */
  events: object[] = [];
  /** What it was told to do, in order. */
  readonly told: string[] = [];
  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeEngine> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const fake = new FakeEngine(server);
    server.on('request', (request, response) => fake.answer(request, response));
    return fake;
  }

  get address(): string {
    return `tcp://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  client(): Docker {
    return createEngine(this.address);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer({ method, url }: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(url!, 'http://engine');
    const [, kind, id = '', what] = pathname.split('/').map(decodeURIComponent);
    if (method === 'GET') {
      const body = this.found(kind!, id, what, searchParams);
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body ?? {}));
    } else {
      this.told.push([method === 'DELETE' ? 'remove' : what, kind, id].join(' '));
      const inUse = kind === 'volumes' && this.volumesInUse.includes(id);
      if (!inUse) this.forget(method!, kind!, id, what);
      response.writeHead(inUse ? 409 : 204).end();
    }
  }

  private found(kind: string, id: string, what: string | undefined, parameters: URLSearchParams): unknown {
    if (kind === 'version') return this.version;
    if (kind === 'events') return this.events.map((line) => JSON.stringify(line)).join('\n');
    if (kind === 'images') return this.images.includes(id) ? { Id: id } : undefined;
    if (kind === 'networks') return this.networks.map((name) => ({ Id: name, Name: name }));
    if (kind === 'volumes')
      return { Volumes: this.volumes.map(({ name, labels }) => ({ Name: name, Labels: labels })) };
    if (id === 'json') return this.list(parameters.get('filters')!);
    const container = this.containers.find((each) => each.id === id);
    if (!container) return undefined;
    return what === 'logs' ? frame(container.log ?? '') : inspected(container);
  }

  private list(filters: string) {
    const wanted: string[] = JSON.parse(filters).label;
    return this.containers
      .map((container) => ({ container, labels: labelsOf(container) }))
      .filter(({ labels }) =>
        wanted.every((each) => labels[each.split('=')[0]!] === each.slice(each.indexOf('=') + 1)),
      )
      .map(({ container, labels }) => ({
        ...{ Id: container.id, Names: [nameOf(container)], Labels: labels },
        State: container.status ?? 'running',
      }));
  }

  private forget(method: string, kind: string, id: string, what: string | undefined): void {
    const container = this.containers.find((each) => each.id === id);
    if (what === 'stop' && container) container.status = 'exited';
    if (method !== 'DELETE') return;
    if (kind === 'containers') this.containers = this.containers.filter((each) => each.id !== id);
    if (kind === 'networks') this.networks = this.networks.filter((name) => name !== id);
    if (kind === 'volumes') this.volumes = this.volumes.filter(({ name }) => name !== id);
  }
}
