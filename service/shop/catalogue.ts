import type { ReadThrough } from '../cache/read-through.ts';
import type { Queryable } from '../data/pool.ts';

export interface Product {
  id: number;
  name: string;
  description: string;
  priceCents: number;
}

export interface Catalogue {
  list(limit: number, offset: number): Promise<Product[]>;
  /** Read through the cache; null when there is no such product. */
  find(id: number): Promise<Product | null>;
}

const CACHE_SECONDS = 10;
const COLUMNS = 'id, name, description, price_cents as "priceCents"';

export const createCatalogue = (db: Queryable, cache: ReadThrough): Catalogue => ({
  list: async (limit, offset) => {
    const { rows } = await db.query<Product>(
      `select ${COLUMNS} from products order by id limit $1 offset $2`,
      [limit, offset],
    );
    return rows;
  },
  find: (id) =>
    cache.read(`product:${id}`, CACHE_SECONDS, async () => {
      const { rows } = await db.query<Product>(`select ${COLUMNS} from products where id = $1`, [id]);
      return rows[0] ?? null;
    }),
});
