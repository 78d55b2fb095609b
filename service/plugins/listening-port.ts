import type { FastifyInstance } from 'fastify';

/** The TCP port an app listens on; 0 while it does not. */
export const listeningPort = (app: FastifyInstance): number => {
  const address = app.server.address();
  return typeof address === 'object' && address ? address.port : 0;
};
