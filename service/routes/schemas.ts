import { errorBodySchema } from '../errors.ts';

const uuid = { type: 'string', format: 'uuid' } as const;
export const productId = { type: 'integer', minimum: 1, maximum: 2_147_483_647 } as const;

export const productSchema = {
  type: 'object',
  required: ['id', 'name', 'description', 'priceCents'],
  properties: {
    id: productId,
    name: { type: 'string' },
    description: { type: 'string' },
    priceCents: { type: 'integer' },
  },
} as const;

export const bestsellerSchema = {
  type: 'object',
  required: [...productSchema.required, 'sold'],
  properties: { ...productSchema.properties, sold: { type: 'integer' } },
} as const;

export const orderSchema = {
  type: 'object',
  required: ['id', 'productId', 'quantity', 'totalCents', 'status'],
  properties: {
    id: uuid,
    productId,
    quantity: { type: 'integer' },
    totalCents: { type: 'integer' },
    status: { type: 'string', enum: ['pending', 'fulfilled'] },
  },
} as const;

/** What one order or reservation asks for. */
export const wantedProperties = {
  productId,
  quantity: { type: 'integer', minimum: 1, maximum: 100 },
} as const;

export const idParams = (id: object) => ({ type: 'object', required: ['id'], properties: { id } });
export const uuidParams = idParams(uuid);
export const orderIdProperty = uuid;

/** The error bodies of a route by status code, for the OpenAPI document. */
export const errorResponses = (...statusCodes: number[]) =>
  Object.fromEntries(statusCodes.map((statusCode) => [statusCode, errorBodySchema]));
