import type { FastifyBaseLogger } from 'fastify';
import type PgBoss from 'pg-boss';
import type { RoutePlugin } from './app.ts';
import type { Cache } from './cache/cache.ts';
import { createMemoryCache } from './cache/memory-cache.ts';
import { createReadThrough } from './cache/read-through.ts';
import { createRedisCache } from './cache/redis-cache.ts';
import type { Config, Role } from './config.ts';
import { databaseHost } from './data/fault-host.ts';
import { countSessions, createMonitor } from './data/monitor.ts';
import type { Pool } from './data/pool.ts';
import type { FaultHost } from './faults/fault.ts';
import type { BeforeJob } from './queue/before-job.ts';
import { createBoss } from './queue/boss.ts';
import { consume } from './queue/consumer.ts';
import { burn, fulfil } from './queue/handlers.ts';
import { createJobSender, HEAVY_QUEUE, ORDERS_QUEUE, QUEUES } from './queue/jobs.ts';
import { orderRoutes } from './routes/orders.ts';
import { productRoutes } from './routes/products.ts';
import { reservationRoutes } from './routes/reservations.ts';
import { simulateRoutes } from './routes/simulate.ts';
import { Capacity } from './shop/capacity.ts';
import { createCatalogue } from './shop/catalogue.ts';
import { createInventoryClient } from './shop/inventory-client.ts';
import { createOrders } from './shop/orders.ts';
import { createRetryBudget } from './shop/retry-budget.ts';
import { createStock } from './shop/stock.ts';
import { boundedReading } from './telemetry/bounded-reading.ts';
import { type Metrics, observedGauge, observedGaugeBy } from './telemetry/metrics.ts';

export interface RoleContext {
  config: Config;
  pool: Pool;
  boss: PgBoss;
  metrics: Metrics;
  log: FastifyBaseLogger;
}

/** What a role adds to the app that all have in common. */
export interface RoleParts {
  routes: RoutePlugin[];
  facts: Record<string, string>;
  faultHost: FaultHost;
  /** Begins background work, once the app is ready; `before` runs as part of each job. */
  start(before: BeforeJob): Promise<void>;
  close(): Promise<void>;
}

const NOTHING: Omit<RoleParts, 'routes'> = {
  facts: {},
  faultHost: {},
  start: async () => undefined,
  close: async () => undefined,
};

const api = ({ config, pool, boss, metrics, log }: RoleContext): RoleParts => {
  const cache: Cache = config.REDIS_URL ? createRedisCache(config.REDIS_URL, log) : createMemoryCache();
  const catalogue = createCatalogue(pool, createReadThrough(cache, metrics, log));
  const inventory = createInventoryClient({
    url: config.INVENTORY_URL ?? '',
    timeoutMs: config.INVENTORY_TIMEOUT_MS,
    retries: config.INVENTORY_RETRIES,
    budget: createRetryBudget(config.RETRY_BUDGET),
    metrics,
    log,
  });
  const jobs = createJobSender(boss);
  const shop = [productRoutes(catalogue), orderRoutes(catalogue, createOrders(pool, inventory, jobs))];
  return {
    ...NOTHING,
    routes: config.LAB_PROFILE ? [...shop, simulateRoutes(jobs)] : shop,
    facts: { cache: cache.backend },
    faultHost: {
      ...databaseHost(pool, config.DATABASE_URL, ['orders']),
      cache: { shared: cache.backend === 'redis', evict: (share, signal) => cache.evict(share, signal) },
    },
    close: () => cache.close(),
  };
};

const inventory = ({ config, pool, metrics }: RoleContext): RoleParts => {
  const capacity = new Capacity(config.INVENTORY_SLOTS, config.INVENTORY_QUEUE_MAX);
  observedGauge(metrics, 'capacity_slots_in_use', 'Slots in use.', () => capacity.used);
  observedGauge(metrics, 'capacity_slots_waiting', 'Requests that wait for a slot.', () => capacity.waiting);
  observedGauge(metrics, 'capacity_slots_max', 'Slots there are.', () => capacity.total);
  return {
    ...NOTHING,
    routes: [reservationRoutes(createStock(pool, capacity, config.INVENTORY_WORK_MS))],
    faultHost: { capacity, ...databaseHost(pool, config.DATABASE_URL, ['stock']) },
  };
};

/** What the database knows, asked beside the pool and within bounds: a scrape waits for no lock and no connection. */
const observeDatabase = (metrics: Metrics, monitor: Pool, log: FastifyBaseLogger): void => {
  const queues = createBoss(monitor, false, log);
  const depths = boundedReading(async () => {
    const sizes = await Promise.all(QUEUES.map((queue) => queues.getQueueSize(queue)));
    return Object.fromEntries(QUEUES.map((queue, index) => [queue, sizes[index] ?? 0]));
  });
  const sessions = boundedReading(() => countSessions(monitor));
  const active = async () => (await sessions())?.active;
  const lockWaiting = async () => (await sessions())?.lockWaiting;
  observedGaugeBy(metrics, 'queue_depth', 'Jobs that wait in the queue.', 'queue', depths);
  observedGauge(metrics, 'postgresql_sessions_active', 'Sessions at work on a statement.', active);
  observedGauge(metrics, 'postgresql_sessions_lock_waiting', 'Sessions that wait for a lock.', lockWaiting);
};

const worker = ({ config, pool, boss, metrics, log }: RoleContext): RoleParts => {
  const monitor = createMonitor(config.DATABASE_URL, 'shop-worker', log);
  observeDatabase(metrics, monitor, log);
  return {
    ...NOTHING,
    routes: [],
    start: async (before) => {
      const common = { boss, metrics, log, before };
      await consume<{ orderId: string }>({ ...common, batchSize: 100 }, ORDERS_QUEUE, (job) =>
        fulfil(pool, job),
      );
      await consume<{ ms: number }>({ ...common, batchSize: 2 }, HEAVY_QUEUE, burn);
    },
    close: () => monitor.end(),
  };
};

/** The parts of each role. */
export const ROLE_PARTS: Record<Role, (context: RoleContext) => RoleParts> = { api, inventory, worker };
