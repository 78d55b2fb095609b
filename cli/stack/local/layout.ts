import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../shared/package-root.ts';
import type { Replica } from '../stack.ts';
import type { ChildSpec } from './supervised-child.ts';
import type { Addresses } from './toxiproxy.ts';

/** Everything the processes of one stack must agree on. */
export interface LayoutInput {
  temporary: string;
  logs: string;
  otlpUrl: string;
  /** Where metrics sent by OTLP are kept, the service sends those of its Node runtime. */
  keepsOtlpMetrics: boolean;
  adminToken: string;
  databaseUrl: string;
  redisUrl: string | null;
  /** The addresses as api is to use them, where something stands between. */
  forApi?: (direct: Addresses) => Addresses;
  apiReplicas: number;
  retryBudget?: number;
  /** Two a role (public, admin) and one for the gateway, in order. */
  ports: number[];
  gatewayPort: number;
}

export interface Layout {
  specs: ChildSpec[];
  gateway: ChildSpec;
  replicas: Replica[];
  baseUrl: string;
  /** Where what the service needs really is. */
  addresses: Addresses;
}

/** Ports that a layout with so many api replicas needs besides the gateway's. */
export const portsNeeded = (apiReplicas: number): number => 2 * (apiReplicas + 2);

const dist = (path: string): string => fileURLToPath(new URL(`dist/${path}`, packageRoot()));

/** Only what a child needs of our own environment; nothing that names us reaches its telemetry. */
const baseEnvironment = (): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  LANG: process.env.LANG ?? 'C',
});

const roles = (apiReplicas: number): { service: string; instance: string }[] => [
  { service: 'inventory', instance: 'inventory-1' },
  { service: 'worker', instance: 'worker-1' },
  ...Array.from({ length: apiReplicas }, (_, i) => ({ service: 'api', instance: `api-${i + 1}` })),
];

const roleSpec = (input: LayoutInput, replica: Replica, addresses: Addresses): ChildSpec => ({
  name: replica.instance,
  service: replica.service,
  address: replica.url,
  command: process.execPath,
  args: ['--import', dist('service/register.js'), dist('service/server.js')],
  cwd: input.temporary,
  logFile: join(input.logs, `${replica.instance}.log`),
  layer: 'service',
  ready: 'ipc',
  env: {
    ...baseEnvironment(),
    SERVICE_ROLE: replica.service,
    SERVICE_INSTANCE_ID: replica.instance,
    HOST: '127.0.0.1',
    PORT: new URL(replica.url).port,
    ADMIN_PORT: new URL(replica.adminUrl).port,
    ADMIN_TOKEN: input.adminToken,
    DATABASE_URL: addresses.postgresql,
    ...(addresses.redis ? { REDIS_URL: addresses.redis } : {}),
    INVENTORY_URL: addresses.inventory,
    LAB_PROFILE: '1',
    OTEL_EXPORTER_OTLP_ENDPOINT: input.otlpUrl,
    ...(input.keepsOtlpMetrics ? { OTEL_METRICS_EXPORTER: 'otlp' } : {}),
    ...(input.retryBudget === undefined ? {} : { RETRY_BUDGET: String(input.retryBudget) }),
  },
});

/** Who listens where, and how each is started. */
export const planLayout = (input: LayoutInput): Layout => {
  const local = (port: number | undefined) => `http://127.0.0.1:${port}`;
  const replicas = roles(input.apiReplicas).map((role, i) => ({
    ...role,
    url: local(input.ports[2 * i]),
    adminUrl: local(input.ports[2 * i + 1]),
  }));
  const inventory = replicas.find(({ service }) => service === 'inventory')!;
  const apis = replicas.filter(({ service }) => service === 'api');
  const baseUrl = local(input.gatewayPort);
  const addresses = { postgresql: input.databaseUrl, redis: input.redisUrl, inventory: inventory.url };
  const forApi = input.forApi?.(addresses) ?? addresses;
  return {
    replicas,
    baseUrl,
    addresses,
    specs: replicas.map((replica) =>
      roleSpec(input, replica, replica.service === 'api' ? forApi : addresses),
    ),
    gateway: {
      name: 'gateway',
      service: null,
      address: baseUrl,
      command: process.execPath,
      args: [dist('cli/gateway.js')],
      cwd: input.temporary,
      logFile: join(input.logs, 'gateway.log'),
      layer: 'service',
      ready: 'ipc',
      env: {
        ...baseEnvironment(),
        PORT: String(input.gatewayPort),
        UPSTREAMS: apis.map(({ url }) => url).join(','),
      },
    },
  };
};
