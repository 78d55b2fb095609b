import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildSpec } from './supervised-child.ts';

/** Name of the proxy among the stack's components. */
export const TOXIPROXY = 'toxiproxy';

/** What api talks to, by the names of the proxies. */
export const PROXIED = ['postgresql', 'redis', 'inventory'] as const;
export type Proxied = (typeof PROXIED)[number];

/** Where api finds what it needs; `redis` is null where the cache is in-process. */
export type Addresses = Record<Exclude<Proxied, 'redis'>, string> & { redis: string | null };

/** One for its own API, and one for each proxy. */
export const PROXY_PORTS = 1 + PROXIED.length;

const HOST = '127.0.0.1';
const DEFAULT_PORTS: Record<string, string> = {
  'postgres:': '5432',
  'postgresql:': '5432',
  'redis:': '6379',
};

/** What TLS protects cannot be proxied under another name. */
const canBeProxied = (address: string | null): address is string =>
  address !== null && new URL(address).protocol !== 'rediss:';

const upstreamOf = (address: string): string => {
  const { hostname, port, protocol } = new URL(address);
  return `${hostname}:${port || (DEFAULT_PORTS[protocol] ?? '80')}`;
};

/** The same address, at another host and port; user, password and path stay. */
const movedTo = (address: string, port: number): string => {
  const moved = new URL(address);
  moved.hostname = HOST;
  moved.port = String(port);
  return moved.href.replace(/\/$/, address.endsWith('/') ? '/' : '');
};

export interface ToxiproxyInput {
  /** The binary. */
  path: string;
  /** PROXY_PORTS of them. */
  ports: number[];
  temporary: string;
  logs: string;
}

/** Toxiproxy between api and what it talks to. */
export interface ToxiproxyPlan {
  /** The addresses as api is to use them. */
  proxied(direct: Addresses): Addresses;
  /** The process that leads there; writes its configuration, from which it makes its proxies whenever it starts. */
  specFor(direct: Addresses): ChildSpec;
}

/** Plans the proxies on the given ports; nothing is started. */
export const planToxiproxy = ({ path, ports, temporary, logs }: ToxiproxyInput): ToxiproxyPlan => {
  const [apiPort, ...listen] = ports as [number, ...number[]];
  const portOf = (name: Proxied): number => listen[PROXIED.indexOf(name)]!;
  const api = `http://${HOST}:${apiPort}`;
  const config = join(temporary, 'toxiproxy.json');
  const proxiesFor = (direct: Addresses) =>
    PROXIED.flatMap((name) => {
      const address = direct[name];
      return canBeProxied(address)
        ? [{ name, listen: `${HOST}:${portOf(name)}`, upstream: upstreamOf(address), enabled: true }]
        : [];
    });
  return {
    proxied: (direct) => ({
      postgresql: movedTo(direct.postgresql, portOf('postgresql')),
      redis: canBeProxied(direct.redis) ? movedTo(direct.redis, portOf('redis')) : direct.redis,
      inventory: movedTo(direct.inventory, portOf('inventory')),
    }),
    specFor: (direct) => {
      const proxies = proxiesFor(direct);
      writeFileSync(config, JSON.stringify(proxies), { mode: 0o600 });
      return {
        name: TOXIPROXY,
        service: null,
        address: api,
        command: path,
        args: ['-host', HOST, '-port', String(apiPort), '-config', config],
        cwd: temporary,
        env: { PATH: process.env.PATH ?? '', LOG_LEVEL: 'error' },
        logFile: join(logs, `${TOXIPROXY}.log`),
        layer: 'database',
        ready: () => hasProxies(api, proxies.length),
      };
    },
  };
};

const hasProxies = async (api: string, count: number): Promise<boolean> => {
  try {
    const answer = await fetch(`${api}/proxies`, { signal: AbortSignal.timeout(1000) });
    return answer.ok && Object.keys((await answer.json()) as object).length === count;
  } catch {
    return false;
  }
};
