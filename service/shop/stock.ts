import { inTransaction, type Pool, type Queryable } from '../data/pool.ts';
import type { Capacity } from './capacity.ts';
import type { Reservation } from './inventory-client.ts';

export interface Stock {
  /** Takes the quantity out of the stock, once for an order however often it is asked. */
  reserve(reservation: Reservation): Promise<'reserved' | 'out-of-stock'>;
}

class OutOfStock extends Error {}

const pause = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));

const take = async (client: Queryable, { orderId, productId, quantity }: Reservation): Promise<void> => {
  const inserted = await client.query(
    'insert into reservations (order_id, product_id, quantity) values ($1, $2, $3) on conflict do nothing',
    [orderId, productId, quantity],
  );
  if (inserted.rowCount === 0) return;
  const updated = await client.query(
    'update stock set available = available - $2 where product_id = $1 and available >= $2',
    [productId, quantity],
  );
  if (updated.rowCount === 0) throw new OutOfStock();
};

/**
 * Stock in PostgreSQL behind a finite capacity. A reservation holds its slot for `workMs` at least: the statements,
 * and a wait for the rest, as a call to a warehouse would take.
 */
export const createStock = (pool: Pool, capacity: Capacity, workMs: number): Stock => ({
  reserve: (reservation) =>
    capacity.use(async () => {
      const start = performance.now();
      try {
        await inTransaction(pool, (client) => take(client, reservation));
        return 'reserved' as const;
      } catch (error) {
        if (error instanceof OutOfStock) return 'out-of-stock' as const;
        throw error;
      } finally {
        await pause(workMs - (performance.now() - start));
      }
    }),
});
