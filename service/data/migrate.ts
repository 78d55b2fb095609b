import { MIGRATIONS } from './migrations.ts';
import type { Pool, Queryable } from './pool.ts';
import { inTransaction } from './pool.ts';

/** Any number that nobody else locks; the roles of this service share it. */
const ADVISORY_LOCK = 7_261_983_450;

const applyMissing = async (pool: Pool): Promise<void> => {
  await pool.query(
    'create table if not exists schema_migrations (name text primary key, applied_at timestamptz default now())',
  );
  const { rows } = await pool.query<{ name: string }>('select name from schema_migrations');
  const applied = new Set(rows.map(({ name }) => name));
  for (const { name, sql } of MIGRATIONS.filter((migration) => !applied.has(migration.name))) {
    await inTransaction(pool, async (client: Queryable) => {
      await client.query(sql);
      await client.query('insert into schema_migrations (name) values ($1)', [name]);
    });
  }
};

/**
 * Brings schema and seed data up to date, then runs `alongside`. Several roles may start at once: a session-level
 * advisory lock lets one at a time through.
 */
export const migrate = async (pool: Pool, alongside: () => Promise<void>): Promise<void> => {
  const guard = await pool.connect();
  try {
    await guard.query('select pg_advisory_lock($1)', [ADVISORY_LOCK]);
    await applyMissing(pool);
    await alongside();
  } finally {
    await guard.query('select pg_advisory_unlock($1)', [ADVISORY_LOCK]).catch(() => undefined);
    guard.release();
  }
};
