import { integer, type Random } from './random.ts';
import type { LogicalRequest } from './request.ts';

/** What clients of the shop do. */

const PRODUCTS = 50;
const LARGEST_QUANTITY = 3;

export const listProducts = (): LogicalRequest => ({
  operation: 'GET /products',
  method: 'GET',
  path: '/products',
  expected: 200,
});

export const bestsellers = (): LogicalRequest => ({
  operation: 'GET /bestsellers',
  method: 'GET',
  path: '/bestsellers',
  expected: 200,
});

export const viewProduct = (random: Random): LogicalRequest => ({
  operation: 'GET /products/:id',
  method: 'GET',
  path: `/products/${integer(random, 1, PRODUCTS)}`,
  expected: 200,
});

export const placeOrder = (random: Random): LogicalRequest => ({
  operation: 'POST /orders',
  method: 'POST',
  path: '/orders',
  body: { productId: integer(random, 1, PRODUCTS), quantity: integer(random, 1, LARGEST_QUANTITY) },
  expected: 201,
});

export const orderStatus = (orderId: string): LogicalRequest => ({
  operation: 'GET /orders/:id',
  method: 'GET',
  path: `/orders/${encodeURIComponent(orderId)}`,
  expected: 200,
});

/** The id in the answer to an order; null when it holds none. */
export const orderIdOf = (body: unknown): string | null => {
  if (typeof body !== 'string') return null;
  try {
    const { id } = JSON.parse(body);
    return id === undefined || id === null ? null : String(id);
  } catch {
    return null;
  }
};
