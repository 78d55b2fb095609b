import type { FastifyInstance } from 'fastify';
import { refuse } from '../errors.ts';
import type { Catalogue } from '../shop/catalogue.ts';
import { bestsellerSchema, errorResponses, idParams, productId, productSchema } from './schemas.ts';

const page = {
  type: 'object',
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    offset: { type: 'integer', minimum: 0, maximum: 1_000_000, default: 0 },
  },
} as const;

const listSchema = {
  tags: ['products'],
  summary: 'Products, by id',
  querystring: page,
  response: {
    200: { type: 'object', properties: { products: { type: 'array', items: productSchema } } },
    ...errorResponses(400, 500, 503),
  },
};

const findSchema = {
  tags: ['products'],
  summary: 'One product, read through the cache',
  params: idParams(productId),
  response: { 200: productSchema, ...errorResponses(400, 404, 500, 503) },
};

const bestsellersSchema = {
  tags: ['products'],
  summary: 'The products sold most in the last 30 days, read through the cache',
  response: {
    200: { type: 'object', properties: { products: { type: 'array', items: bestsellerSchema } } },
    ...errorResponses(500, 503),
  },
};

export const productRoutes = (catalogue: Catalogue) =>
  async function products(app: FastifyInstance): Promise<void> {
    app.get<{ Querystring: { limit: number; offset: number } }>(
      '/products',
      { schema: listSchema },
      async function listProducts({ query }) {
        return { products: await catalogue.list(query.limit, query.offset) };
      },
    );

    app.get('/bestsellers', { schema: bestsellersSchema }, async function listBestsellers() {
      return { products: await catalogue.bestsellers() };
    });

    app.get<{ Params: { id: number } }>(
      '/products/:id',
      { schema: findSchema },
      async function getProduct({ params }, reply) {
        const product = await catalogue.find(params.id);
        return product ?? refuse(reply, 404, 'not_found', `There is no product ${params.id}.`);
      },
    );
  };
