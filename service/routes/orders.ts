import type { FastifyInstance } from 'fastify';
import { refuse } from '../errors.ts';
import type { Catalogue } from '../shop/catalogue.ts';
import type { Orders } from '../shop/orders.ts';
import { errorResponses, orderSchema, uuidParams, wantedProperties } from './schemas.ts';

const placeSchema = {
  tags: ['orders'],
  summary: 'Places an order: reserves stock at inventory, queues its fulfilment',
  body: {
    type: 'object',
    required: ['productId', 'quantity'],
    additionalProperties: false,
    properties: wantedProperties,
  },
  response: { 201: orderSchema, ...errorResponses(400, 404, 409, 500, 502, 503, 504) },
};

const findSchema = {
  tags: ['orders'],
  summary: 'Status of an order',
  params: uuidParams,
  response: { 200: orderSchema, ...errorResponses(400, 404, 500, 503) },
};

export const orderRoutes = (catalogue: Catalogue, orders: Orders) =>
  async function ordersRoutes(app: FastifyInstance): Promise<void> {
    app.post<{ Body: { productId: number; quantity: number } }>(
      '/orders',
      { schema: placeSchema },
      async function placeOrder({ body }, reply) {
        const product = await catalogue.find(body.productId);
        if (!product) return refuse(reply, 404, 'not_found', `There is no product ${body.productId}.`);
        const order = await orders.place(product, body.quantity);
        if (!order) return refuse(reply, 409, 'out_of_stock', `Product ${product.id} is out of stock.`);
        return reply.code(201).send(order);
      },
    );

    app.get<{ Params: { id: string } }>(
      '/orders/:id',
      { schema: findSchema },
      async function getOrder({ params }, reply) {
        return (
          (await orders.find(params.id)) ?? refuse(reply, 404, 'not_found', `There is no order ${params.id}.`)
        );
      },
    );
  };
