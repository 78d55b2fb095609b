import { z } from 'zod';
import { defineFault, type FaultHost } from './fault.ts';

/** How long the start waits for clients to come free, milliseconds; what comes later is taken then. */
const PATIENCE_MS = 500;
const LOOK_EVERY_MS = 10;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const NO_POOL = 'this host has no database pool to take connections from';

const wantedOf = (connections: number | undefined, rate: number, max: number): number =>
  connections ?? Math.ceil(rate * max);

const refusal = (wanted: number, pool: FaultHost['pool']): string | null => {
  if (!pool) return NO_POOL;
  return wanted > pool.max ? `parameters.connections: at most ${pool.max} here, not ${wanted}` : null;
};

export const poolExhaustion = defineFault({
  name: 'pool-exhaustion',
  title: 'No database connection left',
  carrier: 'api',
  label: { service: 'api', dependency: 'postgresql', operation: 'acquire', kind: 'pool' },
  scope: 'resource',
  counts: 'connections',
  parameters: z.strictObject({
    connections: z
      .number()
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe(
        "connections of api's pool held until the end; the share given by --rate, rounded up, where absent",
      ),
  }),
  does: "Takes connections out of api's own pool as they come free, in turn with its requests, and holds them without using them.",
  expect:
    'Requests wait for a connection, and fail with 503 after 2 s where none is left; all connections used, none idle, while the database itself has nothing to do; acquiring is long, what is queried at all is as quick as ever.',
  teaches:
    'A slow "query" may never have reached the database: tell the time to acquire from the time to run.',
  drain: { seconds: 3, why: 'who waits is served at once; who had waited in vain fails within its 2 s' },
  exclusive: true,
  refuse: ({ connections }, { pool }, { rate }) => refusal(wantedOf(connections, rate, pool?.max ?? 0), pool),
  start: async ({ connections }, { pool }, { rate }) => {
    if (!pool) throw new Error(NO_POOL);
    const wanted = wantedOf(connections, rate, pool.max);
    const { held, release } = pool.take(wanted);
    const deadline = performance.now() + PATIENCE_MS;
    while (held() < wanted && performance.now() < deadline) await pause(LOOK_EVERY_MS);
    return { taken: () => ({ wanted, held: held() }), stop: release };
  },
});
