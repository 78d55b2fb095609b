import type { FaultHost } from '../faults/fault.ts';
import type { Pool } from './pool.ts';
import { openSession } from './session.ts';
import { takeClients } from './taken-clients.ts';

/** What a role's database lends the faults: clients of its pool, and sessions named like the pool's own. */
export const databaseHost = (
  pool: Pool,
  url: string,
  tables: readonly string[],
): Pick<FaultHost, 'pool' | 'database'> => ({
  pool: { max: pool.options.max, take: (connections) => takeClients(pool, connections) },
  database: { connect: () => openSession(url, pool.options.application_name ?? 'shop'), tables },
});
