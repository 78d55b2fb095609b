import type { FastifyInstance } from 'fastify';

/** Routes of an app of somebody's own, with a handler of each kind. */
export const things = async (app: FastifyInstance): Promise<void> => {
  app.get('/things/:id', async function getThing(request) {
    return { id: (request.params as { id: string }).id };
  });
  app.get('/things', async function listThings() {
    return [];
  });
  app.get('/callback', (_request, reply) => {
    setImmediate(() => reply.send({ by: 'callback' }));
  });
  app.get('/fails', async function fails() {
    throw new Error('no stock');
  });
};
