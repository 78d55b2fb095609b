import type { FastifyInstance } from 'fastify';
import { refuse } from '../errors.ts';
import type { Reservation } from '../shop/inventory-client.ts';
import type { Stock } from '../shop/stock.ts';
import { errorResponses, orderIdProperty, wantedProperties } from './schemas.ts';

const schema = {
  tags: ['inventory'],
  summary: 'Reserves stock for an order, once for an order however often it is asked',
  body: {
    type: 'object',
    required: ['orderId', 'productId', 'quantity'],
    additionalProperties: false,
    properties: { orderId: orderIdProperty, ...wantedProperties },
  },
  response: {
    201: { type: 'object', properties: { orderId: orderIdProperty } },
    ...errorResponses(400, 409, 500, 503),
  },
};

export const reservationRoutes = (stock: Stock) =>
  async function reservations(app: FastifyInstance): Promise<void> {
    app.post<{ Body: Reservation }>(
      '/reservations',
      { schema },
      async function reserveStock({ body }, reply) {
        if ((await stock.reserve(body)) === 'out-of-stock') {
          return refuse(reply, 409, 'out_of_stock', `Product ${body.productId} is out of stock.`);
        }
        return reply.code(201).send({ orderId: body.orderId });
      },
    );
  };
