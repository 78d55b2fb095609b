import { randomUUID } from 'node:crypto';
import { inTransaction, type Pool } from '../data/pool.ts';
import { type JobSender, ORDERS_QUEUE } from '../queue/jobs.ts';
import type { Product } from './catalogue.ts';
import type { InventoryClient } from './inventory-client.ts';

export interface Order {
  id: string;
  productId: number;
  quantity: number;
  totalCents: number;
  status: 'pending' | 'fulfilled';
}

export interface Orders {
  /** The new order, or null when the stock does not suffice. Rejects with a ServiceError when inventory fails. */
  place(product: Product, quantity: number): Promise<Order | null>;
  find(id: string): Promise<Order | null>;
}

const COLUMNS = `id, product_id as "productId", quantity, total_cents::int8 as "totalCents", status`;

/**
 * Orders in PostgreSQL. The stock is reserved before the transaction begins, so that no connection is held while
 * inventory is waited for; order and job are then written together or not at all.
 */
export const createOrders = (pool: Pool, inventory: InventoryClient, jobs: JobSender): Orders => ({
  place: async (product, quantity) => {
    const id = randomUUID();
    const reserved = await inventory.reserve({ orderId: id, productId: product.id, quantity });
    if (reserved === 'out-of-stock') return null;
    const totalCents = product.priceCents * quantity;
    await inTransaction(pool, async (client) => {
      await client.query(
        'insert into orders (id, product_id, quantity, total_cents) values ($1, $2, $3, $4)',
        [id, product.id, quantity, totalCents],
      );
      await jobs.send(ORDERS_QUEUE, { orderId: id }, client);
    });
    return { id, productId: product.id, quantity, totalCents, status: 'pending' };
  },
  find: async (id) => {
    const { rows } = await pool.query<Order>(`select ${COLUMNS} from orders where id = $1`, [id]);
    const order = rows[0];
    return order ? { ...order, totalCents: Number(order.totalCents) } : null;
  },
});
