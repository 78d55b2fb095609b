import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { SERVICE_VERSION } from '../telemetry/sdk.ts';

/** The OpenAPI document of the routes registered after this, at `/docs`. */
export const registerDocs = async (app: FastifyInstance, role: string): Promise<void> => {
  await app.register(swagger, {
    openapi: { info: { title: `shop: ${role}`, version: SERVICE_VERSION } },
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
};
