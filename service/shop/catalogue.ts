import type { ReadThrough } from '../cache/read-through.ts';
import type { Queryable } from '../data/pool.ts';

export interface Product {
  id: number;
  name: string;
  description: string;
  priceCents: number;
}

/** A product and how many of it were sold. */
export interface Bestseller extends Product {
  sold: number;
}

export interface Catalogue {
  list(limit: number, offset: number): Promise<Product[]>;
  /** Read through the cache; null when there is no such product. */
  find(id: number): Promise<Product | null>;
  /** The ten products sold most in the last 30 days, most first. Read through the cache. */
  bestsellers(): Promise<Bestseller[]>;
}

const CACHE_SECONDS = 10;
const BESTSELLERS_CACHE_SECONDS = 30;
const COLUMNS = 'id, name, description, price_cents as "priceCents"';

/** Reads and adds up the whole history of sales: tens of milliseconds of the database's CPU. */
const BESTSELLERS = `
  select p.id, p.name, p.description, p.price_cents as "priceCents", sum(s.quantity)::int as sold
  from sales s join products p on p.id = s.product_id
  where s.sold_at >= now() - interval '30 days'
  group by p.id order by sold desc, p.id limit 10`;

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
  bestsellers: async () =>
    (await cache.read('bestsellers', BESTSELLERS_CACHE_SECONDS, async () => {
      const { rows } = await db.query<Bestseller>(BESTSELLERS);
      return rows;
    })) ?? [],
});
